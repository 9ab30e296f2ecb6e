package org.postern.app.wiring;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How to stop what has been started, in the order in which it was. Filled by the thread that starts
 * the gateway and used up by the one that stops it.
 */
final class Undo {
    private static final Logger LOG = LoggerFactory.getLogger("postern");

    private final List<Runnable> steps = new ArrayList<>();

    /** Adds how to stop what has just been started. */
    void add(Runnable step) {
        steps.add(step);
    }

    /** Stops the last first. A step that breaks off is said aloud and keeps none from its turn. */
    void all() {
        for (Runnable step : steps.reversed()) {
            try {
                step.run();
            } catch (RuntimeException e) {
                LOG.error("while stopping: {}", e.toString(), e);
            }
        }
    }
}
