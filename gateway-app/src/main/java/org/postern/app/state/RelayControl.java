package org.postern.app.state;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.postern.queue.schedule.LaneStatus;

/** What people tell the relay. Thread-safe. */
public interface RelayControl {
    /** How the attempts towards each downstream go, those that nobody used yet left out. */
    List<LaneStatus> lanes();

    /**
     * Tries nothing towards a downstream for so long, over a restart too.
     *
     * @throws IOException if that cannot be kept for the next start; it holds in this run
     */
    void pause(String downstream, Duration length, String actor, String why) throws IOException;

    /**
     * Ends a pause.
     *
     * @throws IOException if that cannot be kept for the next start; it holds in this run
     */
    void resume(String downstream, String actor, String why) throws IOException;

    /** Tries at once where the relay waits for a downstream in trouble: one attempt each. */
    void tryNow();
}
