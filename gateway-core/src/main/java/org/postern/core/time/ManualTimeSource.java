package org.postern.core.time;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Clocks that move only when told to: for tests, simulations and {@code --now}. Thread-safe. */
public final class ManualTimeSource implements TimeSource {
    private final AtomicReference<Instant> wall;
    private final AtomicLong nanos = new AtomicLong();

    /** Clocks that begin at {@code start}. */
    public ManualTimeSource(Instant start) {
        wall = new AtomicReference<>(start);
    }

    /** Lets time pass on both clocks. */
    public void advance(Duration duration) {
        nanos.addAndGet(duration.toNanos());
        wall.updateAndGet(i -> i.plus(duration));
    }

    /** Steps the wall clock alone, as an administrator or a bad time server does. */
    public void stepWallClock(Duration step) {
        wall.updateAndGet(i -> i.plus(step));
    }

    @Override
    public Instant instant() {
        return wall.get();
    }

    @Override
    public long nanoTime() {
        return nanos.get();
    }
}
