package org.postern.queue.schedule;

import java.time.Duration;
import org.postern.core.time.TimeSource;

/**
 * How much a downstream is asked to do: a window that grows by one with each round of successes,
 * shrinks a little while it puts mail off or is slower than usual, and halves on trouble; a circuit
 * that opens after several troubles without a success and then lets one attempt through at a time
 * as a probe; a pause by a person. Trouble is the downstream's own: no connection, a broken one, a
 * time-out. A recipient that is refused is none.
 *
 * <p>Not thread-safe: {@link Lane} guards it.
 */
final class Pace {
    /** Troubles in a row that open the circuit. */
    private static final int TROUBLES_TO_OPEN = 5;

    private static final Duration FIRST_OPEN = Duration.ofSeconds(10);
    private static final Duration LONGEST_OPEN = Duration.ofMinutes(5);

    /** An answer that takes longer than this, and that many times its usual time, is slow. */
    private static final double SLOW_SECONDS = 2;

    private static final double SLOW_FACTOR = 4;

    /** What a slow answer takes from the window: all slow, it halves within two rounds or so. */
    private static final double SLOW_STEP = 0.25;

    /** How quickly the usual time follows better and worse ones: a share of the difference. */
    private static final double BETTER_SHARE = 1.0 / 4;

    private static final double WORSE_SHARE = 1.0 / 512;

    private final TimeSource time;
    private int ceiling;
    private double window;
    private int troubles;
    private Duration openFor = Duration.ZERO;
    private long openUntil;
    private boolean open;

    /** What an attempt usually takes; follows good times quickly and bad ones slowly. */
    private double usualSeconds;

    private String pauseReason = "";
    private boolean paused;
    private long pausedUntil;

    Pace(TimeSource time, int ceiling) {
        this.time = time;
        this.ceiling = Math.max(1, ceiling);
        this.window = this.ceiling;
    }

    void ceiling(int most) {
        if (Math.max(1, most) != ceiling) {
            ceiling = Math.max(1, most);
            window = Math.min(window, ceiling);
        }
    }

    int ceiling() {
        return ceiling;
    }

    /** How many attempts may be under way now. */
    int limit() {
        if (isPaused()) {
            return 0;
        }
        if (open) {
            // the time of an open circuit ends with a probe, not with a flood
            return openUntil - time.nanoTime() > 0 ? 0 : 1;
        }
        return Math.max(1, Math.min(ceiling, (int) window));
    }

    /** The downstream answered, and took so long for it. */
    void success(Duration took) {
        answered();
        double seconds = took.toNanos() / 1e9;
        if (usualSeconds == 0) {
            usualSeconds = seconds; // nothing is known yet that it could be slower than
        }
        // slower than it uses to be, and slow by any measure: fewer at once let it breathe
        boolean slow = seconds > SLOW_SECONDS && seconds > usualSeconds * SLOW_FACTOR;
        usualSeconds +=
                (seconds - usualSeconds) * (seconds < usualSeconds ? BETTER_SHARE : WORSE_SHARE);
        window =
                slow
                        ? Math.max(1, window - SLOW_STEP)
                        : Math.min(ceiling, window + 1 / Math.max(1, window));
    }

    /** The downstream answered, and put everything off: it lives, and wants less. */
    void deferral() {
        answered();
        window = Math.max(1, window - 0.5);
    }

    private void answered() {
        troubles = 0;
        if (open) {
            open = false;
            openFor = Duration.ZERO;
            window = 1;
        }
    }

    /** The downstream itself was in trouble. */
    void trouble() {
        troubles++;
        window = Math.max(1, window / 2);
        if (open || troubles >= TROUBLES_TO_OPEN) {
            openFor = openFor.isZero() ? FIRST_OPEN : min(openFor.multipliedBy(2), LONGEST_OPEN);
            openUntil = time.nanoTime() + openFor.toNanos();
            open = true;
        }
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /** Closes the circuit: somebody wants to see now. */
    void tryNow() {
        openUntil = time.nanoTime();
    }

    void pause(String reason, Duration length) {
        paused = true;
        pauseReason = reason;
        pausedUntil = time.nanoTime() + length.toNanos();
    }

    void resume() {
        paused = false;
    }

    private boolean isPaused() {
        if (paused && pausedUntil - time.nanoTime() <= 0) {
            paused = false;
        }
        return paused;
    }

    /** Why nothing is tried now, empty when something is. */
    String stopped() {
        if (isPaused()) {
            return pauseReason.isEmpty() ? "paused" : "paused: " + pauseReason;
        }
        return open ? "circuit open after " + troubles + " troubles in a row" : "";
    }

    /** How long it stays so. */
    Duration stoppedFor() {
        long until = isPaused() ? pausedUntil : openUntil;
        boolean stopped = paused || open;
        return stopped ? Duration.ofNanos(Math.max(0, until - time.nanoTime())) : Duration.ZERO;
    }
}
