package org.postern.core.time;

import java.time.Instant;
import java.time.InstantSource;

/**
 * Both clocks, handed in everywhere so that a test can step them. The wall clock stamps; intervals
 * and deadlines are taken from the monotonic clock alone, which no administrator can set back.
 */
public interface TimeSource extends InstantSource {
    /** The wall clock. May step in either direction. */
    @Override
    Instant instant();

    /** The monotonic clock in nanoseconds from an arbitrary origin; compare by difference. */
    long nanoTime();

    /** The machine's clocks. */
    static TimeSource system() {
        return SystemTimeSource.INSTANCE;
    }
}
