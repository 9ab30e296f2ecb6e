package org.postern.app.witness;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.core.time.TimeSource;

/**
 * Compares the wall clock with the monotonic one. A time daemon that slews moves it by at most half
 * a millisecond a second; what moves further between two looks was a step. {@link #look()} belongs
 * to one thread, the rest to any.
 */
final class ClockWitness {
    /** The smallest step: above all slewing and what a busy machine can mistake for one. */
    static final Duration STEP = Duration.ofSeconds(1);

    /** How long a stepped clock is not believed, so that a balancer can send mail elsewhere. */
    static final Duration SETTLES = Duration.ofMinutes(2);

    /**
     * Two readings of the monotonic clock around one of the wall clock, if further apart, again.
     */
    private static final Duration BLINK = Duration.ofMillis(50);

    private static final int READINGS = 5;

    private final TimeSource time;
    private final Reading first;
    private Reading last;
    private volatile @Nullable Seen seen;

    /** Both clocks at one moment. */
    private record Reading(Instant wall, long nanos) {}

    /** The last step and the moment on the monotonic clock. */
    private record Seen(Testimony.ClockStepped step, long nanos) {}

    ClockWitness(TimeSource time) {
        this.time = time;
        this.first = read();
        this.last = first;
    }

    private Reading read() {
        for (int i = 1; ; i++) {
            long before = time.nanoTime();
            Instant wall = time.instant();
            long took = time.nanoTime() - before;
            // a pause between the two would look like a step of its length
            if (took < BLINK.toNanos() || i == READINGS) {
                return new Reading(wall, before + took / 2);
            }
        }
    }

    private static Duration moved(Reading from, Reading to) {
        return Duration.between(from.wall(), to.wall())
                .minus(Duration.ofNanos(to.nanos() - from.nanos()));
    }

    /** Looks; a step since the last look is given once. */
    Optional<Testimony.ClockStepped> look() {
        Reading now = read();
        Duration moved = moved(last, now);
        last = now;
        if (moved.abs().compareTo(STEP) < 0) {
            return Optional.empty();
        }
        Testimony.ClockStepped step = new Testimony.ClockStepped(now.wall(), moved);
        seen = new Seen(step, now.nanos());
        return Optional.of(step);
    }

    /** How far the wall clock has moved against the monotonic one since the start, in seconds. */
    double displacementSeconds() {
        return moved(first, read()).toMillis() / 1000.0;
    }

    /** Whether the clock can be believed: there was no step for {@link #SETTLES}. */
    boolean settled() {
        Seen before = seen;
        return before == null || time.nanoTime() - before.nanos() >= SETTLES.toNanos();
    }

    /** The last step in words; empty where there was none. */
    String detail() {
        Seen before = seen;
        return before == null ? "" : before.step().text();
    }
}
