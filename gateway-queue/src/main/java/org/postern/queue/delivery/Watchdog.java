package org.postern.queue.delivery;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.postern.core.time.TimeSource;

/**
 * Ends what has run past its deadline, reads and writes alike: Java's sockets know no time-out for
 * writes, and unix sockets none at all. One thread for each downstream that has connections; it
 * sleeps until the nearest deadline, so a deadline costs its owner one volatile write.
 *
 * <p>Thread-safe.
 */
final class Watchdog implements AutoCloseable {
    /** The value of {@link Guarded#deadline()} that means: none. */
    static final long NONE = 0;

    /** The longest sleep; bounds how long a forgotten thread lives on. */
    private static final long LONGEST_SLEEP_NANOS = 10_000_000_000L;

    /** Something with a deadline. */
    interface Guarded {
        /** The deadline on the monotonic clock, or {@link #NONE}. Called from the watchdog. */
        long deadline();

        /** The deadline has passed. Called from the watchdog; must not block. */
        void expired();
    }

    private final String name;
    private final TimeSource time;
    private final Set<Guarded> guarded = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Thread thread;
    private volatile boolean scanning = true;
    private volatile long nextWake;
    private boolean closed;

    Watchdog(String name, TimeSource time) {
        this.name = name;
        this.time = time;
    }

    /** The deadline {@code nanos} from now, never {@link #NONE}. */
    long in(long nanos) {
        long deadline = time.nanoTime() + nanos;
        return deadline == NONE ? 1 : deadline;
    }

    /** Begins to watch; also once closed, for attempts that are still under way. */
    synchronized void add(Guarded what) {
        guarded.add(what);
        if (thread == null) {
            thread = Thread.ofPlatform().daemon().name("relay-deadlines-" + name).start(this::run);
        }
    }

    /** Stops watching. */
    void remove(Guarded what) {
        guarded.remove(what);
    }

    /** Must be told after a deadline was set, unless to {@link #NONE}. */
    void armed(long deadline) {
        if (scanning || deadline - nextWake < 0) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        while (!mayEnd()) {
            scanning = true;
            long now = time.nanoTime();
            long wake = now + LONGEST_SLEEP_NANOS;
            for (Guarded g : guarded) {
                long deadline = g.deadline();
                if (deadline == NONE) {
                    continue;
                }
                if (deadline - now <= 0) {
                    g.expired();
                } else if (deadline - wake < 0) {
                    wake = deadline;
                }
            }
            // the order matters: who sets a deadline after it was read here sees scanning and
            // unparks, or sees the new nextWake
            nextWake = wake;
            scanning = false;
            LockSupport.parkNanos(this, Math.max(1, wake - time.nanoTime()));
        }
    }

    private synchronized boolean mayEnd() {
        if (closed && guarded.isEmpty()) {
            thread = null;
            return true;
        }
        return false;
    }

    /** Ends the thread as soon as nothing is watched any more. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        LockSupport.unpark(thread);
    }
}
