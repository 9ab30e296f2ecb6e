package org.postern.smtp.admission;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.postern.core.net.Cidr;
import org.postern.core.time.TimeSource;

/**
 * Connections a minute by client, an address or an IPv6 /64: a sliding window estimated from the
 * running and the last full minute. Two maps are all its memory; when one is full, addresses that
 * are not in it are not limited until the minute turns. Thread-safe.
 */
final class ConnectionRates {
    /** Addresses remembered in a minute. */
    static final int MAX_ADDRESSES = 100_000;

    private static final long WINDOW = Duration.ofMinutes(1).toNanos();

    private record Minute(long start, ConcurrentHashMap<Cidr, AtomicInteger> counts) {
        static Minute at(long start) {
            return new Minute(start, new ConcurrentHashMap<>());
        }
    }

    private record Pair(Minute running, Minute last) {}

    private final TimeSource time;
    private volatile Pair minutes;

    ConnectionRates(TimeSource time) {
        this.time = time;
        long now = time.nanoTime();
        this.minutes = new Pair(Minute.at(now), Minute.at(now - WINDOW));
    }

    /**
     * Counts a connection.
     *
     * @param perMinute the limit, 0 for none
     * @return whether it is within the limit
     */
    boolean allow(Cidr client, int perMinute) {
        if (perMinute == 0) {
            return true;
        }
        long now = time.nanoTime();
        Pair pair = turn(now);
        AtomicInteger count = counter(pair.running(), client);
        if (count == null) {
            return true;
        }
        int running = count.incrementAndGet();
        AtomicInteger before = pair.last().counts().get(client);
        double share = 1 - Math.min(1.0, (double) (now - pair.running().start()) / WINDOW);
        double estimate = running + (before == null ? 0 : before.get() * share);
        if (estimate <= perMinute) {
            return true;
        }
        count.decrementAndGet(); // refused ones do not count, or patience would never be rewarded
        return false;
    }

    private static @Nullable AtomicInteger counter(Minute minute, Cidr client) {
        AtomicInteger count = minute.counts().get(client);
        if (count == null && minute.counts().size() < MAX_ADDRESSES) {
            return minute.counts().computeIfAbsent(client, k -> new AtomicInteger());
        }
        return count;
    }

    private Pair turn(long now) {
        Pair pair = minutes;
        if (now - pair.running().start() < WINDOW) {
            return pair;
        }
        synchronized (this) {
            pair = minutes;
            long age = now - pair.running().start();
            if (age >= WINDOW) {
                long start = pair.running().start() + age / WINDOW * WINDOW;
                Minute last = age < 2 * WINDOW ? pair.running() : Minute.at(start - WINDOW);
                pair = new Pair(Minute.at(start), last);
                minutes = pair;
            }
            return pair;
        }
    }
}
