package org.postern.core.time;

import java.time.Duration;

/** A point on the monotonic clock by which something must have ended. Immutable. */
public final class Deadline {
    private final TimeSource time;
    private final long endNanos;

    private Deadline(TimeSource time, long endNanos) {
        this.time = time;
        this.endNanos = endNanos;
    }

    /** The deadline {@code duration} from now. */
    public static Deadline after(TimeSource time, Duration duration) {
        return new Deadline(time, time.nanoTime() + duration.toNanos());
    }

    /** What is left, zero when it has passed. */
    public Duration remaining() {
        return Duration.ofNanos(Math.max(0, endNanos - time.nanoTime()));
    }

    /** Whether it has passed. */
    public boolean hasPassed() {
        return endNanos - time.nanoTime() <= 0;
    }
}
