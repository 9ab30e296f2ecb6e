package org.postern.smtp.listener;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;
import org.postern.smtp.SmtpMetrics;

/**
 * The connections that are open. One daemon thread looks at all of them a few times a second and
 * closes those whose write or handshake has taken too long: a blocked write cannot be timed in
 * another way. Thread-safe.
 */
final class ConnectionRegistry {
    /** How often deadlines are looked at; they are kept with this precision. */
    static final Duration PRECISION = Duration.ofMillis(200);

    /** Beyond the drain: how long a message that is being made durable may still take. */
    static final Duration FINISHING_GRACE = Duration.ofSeconds(10);

    /** How long a stop waits until idle clients have taken their 421. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private final TimeSource time;
    private final SmtpMetrics metrics;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger count = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private volatile boolean stopping;

    ConnectionRegistry(TimeSource time, SmtpMetrics metrics) {
        this.time = time;
        this.metrics = metrics;
    }

    void start() {
        Thread.ofPlatform().daemon().name("smtp-watchdog").start(this::watch);
    }

    int size() {
        return count.get();
    }

    boolean stopping() {
        return stopping;
    }

    void add(Connection connection) {
        open.add(connection);
        count.incrementAndGet();
        metrics.connectionOpened();
        if (stopping) {
            connection.askToStop();
        }
    }

    void remove(Connection connection) {
        if (open.remove(connection)) {
            count.decrementAndGet();
            metrics.connectionClosed();
            if (stopping) {
                signal();
            }
        }
    }

    private void signal() {
        lock.lock();
        try {
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void watch() {
        while (true) {
            long now = time.nanoTime();
            for (Connection connection : open) {
                connection.closeIfOverdue(now);
            }
            try {
                if (closed.await(PRECISION.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Asks everybody to stop, waits until the deadline, then closes what is left. */
    void drain(Deadline deadline) {
        stopping = true;
        askAll();
        await(deadline);
        for (Connection connection : open) {
            connection.closeUnlessFinishing();
        }
        await(Deadline.after(time, FINISHING_GRACE));
        for (Connection connection : open) {
            connection.closeNow();
        }
    }

    /**
     * Asks each on a thread of its own: the last word blocks where a client has not read what came
     * before, and nobody else is to wait for that.
     */
    private void askAll() {
        List<Thread> asking = new ArrayList<>();
        for (Connection connection : open) {
            asking.add(Thread.ofVirtual().name("smtp-last-word").start(connection::askToStop));
        }
        Deadline patience = Deadline.after(time, LAST_WORDS);
        try {
            for (Thread one : asking) {
                if (!patience.hasPassed()) {
                    one.join(patience.remaining());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void await(Deadline deadline) {
        lock.lock();
        try {
            while (count.get() > 0 && !deadline.hasPassed()) {
                long left = deadline.remaining().toNanos();
                if (ended.awaitNanos(left) <= 0) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    void close() {
        closed.countDown();
    }
}
