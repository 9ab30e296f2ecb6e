package org.postern.queue.delivery;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.core.time.TimeSource;

/**
 * Connections that wait for the next message, the last used first, so that a quiet downstream soon
 * holds few. Each lives for a bounded time and number of messages. Thread-safe.
 */
final class ConnectionPool implements Watchdog.Guarded, AutoCloseable {
    /** Messages over one connection, unless the server announces fewer. */
    static final int MAX_MESSAGES = 1_000;

    /** Longest life of a connection: address changes and new certificates are seen by then. */
    static final Duration MAX_LIFE = Duration.ofMinutes(10);

    /** Longest wait for the next message; servers hang up after a minute and more. */
    static final Duration MAX_IDLE = Duration.ofSeconds(20);

    private record Idle(Connection connection, long until) {}

    private final TimeSource time;
    private final Watchdog watchdog;
    private final Deque<Idle> idle = new ArrayDeque<>();
    private volatile long deadline = Watchdog.NONE;
    private volatile int size;
    private boolean closed;

    ConnectionPool(TimeSource time, Watchdog watchdog) {
        this.time = time;
        this.watchdog = watchdog;
        watchdog.add(this);
    }

    /** A connection that was idle, or null. It may be dead without our knowing. */
    synchronized @Nullable Connection take() {
        while (true) {
            Idle last = idle.pollLast();
            rearm();
            if (last == null) {
                return null;
            }
            if (last.until() - time.nanoTime() > 0 && last.connection().isUsable()) {
                return last.connection();
            }
            farewell(last.connection());
        }
    }

    /** Keeps the connection for the next message, or says farewell where its time is up. */
    synchronized void give(Connection connection) {
        long age = time.nanoTime() - connection.openedNanos();
        int announced = connection.extensions().mailMax();
        int most = announced > 0 ? Math.min(announced, MAX_MESSAGES) : MAX_MESSAGES;
        boolean old = age >= MAX_LIFE.toNanos() || connection.messages() >= most;
        if (closed || old || !connection.isUsable()) {
            farewell(connection);
            return;
        }
        idle.addLast(new Idle(connection, watchdog.in(MAX_IDLE.toNanos())));
        rearm();
    }

    /** How many wait now. */
    int size() {
        return size;
    }

    private void rearm() {
        size = idle.size();
        Idle first = idle.peekFirst();
        long next = first == null ? Watchdog.NONE : first.until();
        if (next != deadline) {
            deadline = next;
            if (next != Watchdog.NONE) {
                watchdog.armed(next);
            }
        }
    }

    /** Says QUIT and closes, on another thread. */
    static void farewell(Connection connection) {
        if (connection.wire().isClosed()) {
            return;
        }
        // QUIT waits for its reply, which is nothing that a delivery should wait for
        Thread.ofVirtual().name("relay-quit").start(connection::quit);
    }

    @Override
    public long deadline() {
        return deadline;
    }

    @Override
    public void expired() {
        List<Connection> over = new ArrayList<>();
        synchronized (this) {
            long now = time.nanoTime();
            for (Idle i = idle.peekFirst();
                    i != null && i.until() - now <= 0;
                    i = idle.peekFirst()) {
                over.add(i.connection());
                idle.removeFirst();
            }
            rearm();
        }
        over.forEach(ConnectionPool::farewell);
    }

    /** Says farewell to all that are idle, and to each that is given back later. */
    @Override
    public void close() {
        List<Idle> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(idle);
            idle.clear();
            rearm();
        }
        all.forEach(i -> farewell(i.connection()));
        watchdog.remove(this);
    }
}
