package org.postern.queue.spool.log;

import java.util.concurrent.TimeUnit;
import org.postern.core.time.TimeSource;

/** Spool time: what the spool has been open for, over all its runs. Never goes back. */
final class SpoolClock {
    private final TimeSource time;
    private final long startNanos;
    private final long baseMillis;

    /** A clock that goes on from {@code baseMillis}. */
    SpoolClock(TimeSource time, long baseMillis) {
        this.time = time;
        this.startNanos = time.nanoTime();
        this.baseMillis = baseMillis;
    }

    long millis() {
        return baseMillis + TimeUnit.NANOSECONDS.toMillis(time.nanoTime() - startNanos);
    }

    /** Whole seconds that have passed. */
    int seconds() {
        return (int) (millis() / 1000);
    }

    /** The first second that is not before these milliseconds. */
    static int secondsUp(long millis) {
        return (int) Math.min(Integer.MAX_VALUE, (millis + 999) / 1000);
    }
}
