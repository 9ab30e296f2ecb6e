package org.postern.app.wiring;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.postern.core.time.Rounds;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Once a day lets those who keep plans forget what has expired. On a thread of its own; a task that
 * fails is logged and asked again the next day, and holds up none of the others.
 */
final class PlanKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PlanKeeper.class);
    private static final Duration EVERY = Duration.ofDays(1);

    private final List<Task> tasks = new CopyOnWriteArrayList<>();
    private final Thread thread = Thread.ofVirtual().name("plans").unstarted(this::run);

    /** Something that forgets what has expired, and says how much that was. */
    @FunctionalInterface
    interface Task {
        int tidy() throws IOException;
    }

    /** One more to be asked. */
    void add(Task task) {
        tasks.add(task);
    }

    /** Begins, with a first round at once. */
    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (true) {
                Rounds.survives(LOG, "removing old plans", this::round);
                Thread.sleep(EVERY);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    /** Asks each once. */
    void round() {
        int expired = 0;
        for (Task task : tasks) {
            try {
                expired += task.tidy();
            } catch (IOException | RuntimeException e) {
                LOG.warn("old plans cannot be removed, tried again in a day", e);
            }
        }
        if (expired > 0) {
            LOG.info("{} plans have expired", expired);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
