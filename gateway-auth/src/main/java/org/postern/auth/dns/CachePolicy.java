package org.postern.auth.dns;

import java.time.Duration;

/**
 * How long answers are kept, and how much of them.
 *
 * @param bytes estimated heap of all answers together; the least used go first
 * @param minTtl shortest time an answer is kept, whatever its TTL says: the checks of one message
 *     share their answers even where a publisher says 0
 * @param maxTtl longest time, at most the 7 days of RFC 8767, 4
 * @param maxNegativeTtl longest time that nothing is remembered (RFC 2308, 5: at most 3 hours)
 * @param failureTtl how long a failure is remembered (RFC 9520, 3.2: 1 s to 5 min)
 * @param maxStale how long records may serve past their TTL while nobody answers (RFC 8767, 5)
 * @param staleTtl how long a stale answer is given without asking again (RFC 8767, 5: 30 s)
 * @param staleAfter how long a caller waits for a fresh answer before it gets a stale one (RFC
 *     8767, 5: 1.8 s)
 */
public record CachePolicy(
        long bytes,
        Duration minTtl,
        Duration maxTtl,
        Duration maxNegativeTtl,
        Duration failureTtl,
        Duration maxStale,
        Duration staleTtl,
        Duration staleAfter) {

    /**
     * 32 MB; 5 s to 1 day, nothing up to 1 h, failures 5 s; stale for 1 day as RFC 8767 advises.
     */
    public static final CachePolicy DEFAULT =
            new CachePolicy(
                    32L << 20,
                    Duration.ofSeconds(5),
                    Duration.ofDays(1),
                    Duration.ofHours(1),
                    Duration.ofSeconds(5),
                    Duration.ofDays(1),
                    Duration.ofSeconds(30),
                    Duration.ofMillis(1_800));

    /** Nothing is kept: each question is asked anew. For tests of what somebody answers now. */
    static final CachePolicy NOTHING =
            new CachePolicy(
                    1L << 20,
                    Duration.ZERO,
                    Duration.ZERO,
                    Duration.ZERO,
                    Duration.ZERO,
                    Duration.ZERO,
                    Duration.ZERO,
                    Duration.ZERO);

    /** The time to live of records, clamped. */
    Duration clamp(Duration ttl) {
        return clamp(ttl, maxTtl);
    }

    /** The time to live of a negative answer, clamped. */
    Duration clampNegative(Duration ttl) {
        return clamp(ttl, maxNegativeTtl);
    }

    private Duration clamp(Duration ttl, Duration max) {
        if (ttl.compareTo(minTtl) < 0) {
            return minTtl;
        }
        return ttl.compareTo(max) > 0 ? max : ttl;
    }
}
