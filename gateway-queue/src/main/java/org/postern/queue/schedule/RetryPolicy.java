package org.postern.queue.schedule;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When a deferred entry is tried again (RFC 5321, 4.5.4.1) and when it is given up.
 *
 * @param first wait after the first deferral, greater than zero
 * @param max longest wait, at least {@code first}
 * @param expire age at which a pending recipient is given up; time the gateway was running
 */
public record RetryPolicy(Duration first, Duration max, Duration expire) {
    /** Waits differ by up to this share either way, so that retries do not march in step. */
    private static final double JITTER = 0.2;

    public RetryPolicy {
        if (first.isNegative() || first.isZero() || max.compareTo(first) < 0) {
            throw new IllegalArgumentException("retry waits must be 0 < first <= max");
        }
    }

    /**
     * The wait after an attempt that was deferred: {@code first} doubled with each attempt, at most
     * {@code max}, give or take a fifth.
     *
     * @param attempts attempts made, at least 1
     */
    public Duration waitAfter(int attempts, RandomGenerator random) {
        int doublings = Math.min(Math.max(attempts, 1) - 1, 30);
        long millis = first.toMillis() << doublings;
        // an overflow shows as a value below the first
        if (millis < first.toMillis() || millis > max.toMillis()) {
            millis = max.toMillis();
        }
        double factor = 1 - JITTER + 2 * JITTER * random.nextDouble();
        return Duration.ofMillis(Math.max(1, (long) (millis * factor)));
    }
}
