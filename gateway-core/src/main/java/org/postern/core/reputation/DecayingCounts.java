package org.postern.core.reputation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.postern.core.time.TimeSource;

/**
 * Counts by key that halve with every half-life, by the monotonic clock. At most so many keys, the
 * longest untouched go first: an attack from everywhere costs what is remembered, not the heap.
 * Thread-safe; never blocks for long.
 */
final class DecayingCounts<K> {
    private final TimeSource time;
    private final Map<K, Count> counts;

    private record Count(double value, long atNanos) {}

    DecayingCounts(int max, TimeSource time) {
        this.time = time;
        this.counts =
                new LinkedHashMap<>(64, 0.75f, true) {
                    private static final long serialVersionUID = 1L;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<K, Count> eldest) {
                        return size() > max;
                    }
                };
    }

    /** Adds to a count and gives what it is now. */
    double add(K key, double amount, long halfLifeNanos) {
        long now = time.nanoTime();
        synchronized (counts) {
            double value = decayed(counts.get(key), now, halfLifeNanos) + amount;
            counts.put(key, new Count(value, now));
            return value;
        }
    }

    /** What a count is now. */
    double get(K key, long halfLifeNanos) {
        synchronized (counts) {
            return decayed(counts.get(key), time.nanoTime(), halfLifeNanos);
        }
    }

    private static double decayed(@Nullable Count count, long now, long halfLifeNanos) {
        return count == null
                ? 0
                : count.value() * Math.pow(0.5, (now - count.atNanos()) / (double) halfLifeNanos);
    }

    /** Takes something out of a count; what is less than nothing is nothing. */
    void subtract(K key, double amount, long halfLifeNanos) {
        long now = time.nanoTime();
        synchronized (counts) {
            Count before = counts.get(key);
            if (before != null) {
                double left = decayed(before, now, halfLifeNanos) - amount;
                counts.put(key, new Count(Math.max(0, left), now));
            }
        }
    }

    /**
     * Begins the counts of some keys anew.
     *
     * @param keys looks at every key there is; whoever counts meanwhile does not wait for that
     * @return what they were
     */
    Map<K, Double> forget(Predicate<K> keys, long halfLifeNanos) {
        long now = time.nanoTime();
        List<K> all;
        synchronized (counts) {
            all = new ArrayList<>(counts.keySet());
        }
        Map<K, Double> gone = new HashMap<>();
        for (K key : all) {
            if (keys.test(key)) {
                synchronized (counts) {
                    gone.put(key, decayed(counts.remove(key), now, halfLifeNanos));
                }
            }
        }
        return gone;
    }

    /** Begins a count anew. */
    void forget(K key) {
        synchronized (counts) {
            counts.remove(key);
        }
    }

    /** How many keys are remembered. */
    int size() {
        synchronized (counts) {
            return counts.size();
        }
    }
}
