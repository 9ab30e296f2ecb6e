package org.postern.auth.dns;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.postern.core.time.TimeSource;

/**
 * Answers by question, bounded by their estimated bytes. Records stay past their time to live for
 * as long as they may serve stale (RFC 8767); nothing and failures do not: to go on saying "there
 * is no such key" while nobody answers would turn a trouble into a verdict. Intervals are those of
 * the monotonic clock. Thread-safe.
 */
final class AnswerCache {
    private final CachePolicy policy;
    private final TimeSource time;
    private final Cache<Key, Entry> entries;

    AnswerCache(CachePolicy policy, TimeSource time) {
        this.policy = policy;
        this.time = time;
        this.entries =
                Caffeine.newBuilder()
                        .maximumWeight(policy.bytes())
                        .weigher(AnswerCache::weigh)
                        .ticker(time::nanoTime)
                        .expireAfter(
                                Expiry.<Key, Entry>writing((key, entry) ->
                                        Duration.ofNanos(
                                                Math.max(1, entry.keepUntil - time.nanoTime()))))
                        .executor(Runnable::run) // small upkeep, not worth the common pool
                        .build();
    }

    /** A question. */
    record Key(DnsName name, QueryType type) {}

    /**
     * What is known.
     *
     * @param answer the answer
     * @param freshUntil when it must be asked again
     * @param keepUntil when it is worth nothing any more, not even stale
     */
    record Entry(DnsAnswer<?> answer, long freshUntil, long keepUntil) {}

    /** What is known of a question, fresh or not, or null. */
    @Nullable Entry get(Key key) {
        return entries.getIfPresent(key);
    }

    /** Whether an entry answers without asking again. */
    boolean fresh(Entry entry) {
        return entry.freshUntil - time.nanoTime() > 0;
    }

    /** The records of an entry past its time as a stale answer, or null where it has none. */
    @Nullable DnsAnswer<?> stale(@Nullable Entry entry) {
        return entry != null
                        && entry.answer instanceof DnsAnswer.Found<?> found
                        && entry.keepUntil - time.nanoTime() > 0
                ? new DnsAnswer.Found<>(found.records(), policy.staleTtl(), found.authentic(), true)
                : null;
    }

    /**
     * Remembers what the servers said.
     *
     * @return the answer to give: the servers', with its TTL clamped, or stale records in place of
     *     a failure
     */
    DnsAnswer<?> put(Key key, Resolution resolution) {
        long now = time.nanoTime();
        return switch (resolution.answer()) {
            case DnsAnswer.Found<?> found -> {
                Duration ttl = policy.clamp(resolution.ttl());
                DnsAnswer<?> clamped =
                        new DnsAnswer.Found<>(found.records(), ttl, found.authentic(), false);
                long until = now + ttl.toNanos();
                yield store(key, clamped, until, until + policy.maxStale().toNanos());
            }
            case DnsAnswer.NoData<?> nothing -> negative(key, nothing, resolution, now);
            case DnsAnswer.NxDomain<?> nothing -> negative(key, nothing, resolution, now);
            case DnsAnswer.TempError<?> error -> failure(key, error, now);
        };
    }

    private DnsAnswer<?> negative(Key key, DnsAnswer<?> answer, Resolution resolution, long now) {
        long until = now + policy.clampNegative(resolution.ttl()).toNanos();
        return store(key, answer, until, until);
    }

    private DnsAnswer<?> failure(Key key, DnsAnswer.TempError<?> error, long now) {
        Entry known = entries.getIfPresent(key);
        DnsAnswer<?> stale = stale(known);
        if (known != null && stale != null) {
            // RFC 8767, 5: not asked again before the failure recheck timer
            return store(key, stale, now + policy.staleTtl().toNanos(), known.keepUntil);
        }
        return switch (error.reason()) {
            // about this process or this message, not about the name
            case CLOSED, OVERLOAD, BUDGET, DEADLINE -> error;
            case TIMEOUT, SERVFAIL, REFUSED, BAD_ANSWER, CNAME_LOOP, UNREACHABLE -> {
                long until = now + policy.failureTtl().toNanos();
                yield store(key, error, until, until);
            }
        };
    }

    private DnsAnswer<?> store(Key key, DnsAnswer<?> answer, long freshUntil, long keepUntil) {
        entries.put(key, new Entry(answer, freshUntil, Math.max(freshUntil, keepUntil)));
        return answer;
    }

    /** Estimated bytes of all entries, after upkeep. */
    long bytes() {
        entries.cleanUp();
        return entries.policy().eviction().map(e -> e.weightedSize().orElse(0)).orElse(0L);
    }

    /** How many entries there are, about. */
    long size() {
        return entries.estimatedSize();
    }

    private static int weigh(Key key, Entry entry) {
        long bytes = 240L + key.name().octets().length(); // key, entry, node, answer
        for (Object record : entry.answer.records()) {
            bytes += 8 + QueryType.weigh(record);
        }
        if (entry.answer instanceof DnsAnswer.TempError<?> error) {
            bytes += error.detail().length();
        }
        return (int) Math.min(bytes, Integer.MAX_VALUE);
    }
}
