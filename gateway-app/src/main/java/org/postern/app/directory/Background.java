package org.postern.app.directory;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that does a thing, waits as long as the thing says or until it is woken, and again. */
final class Background {
    private static final Logger LOG = LoggerFactory.getLogger("recipients");
    private static final Duration AFTER_FAULT = Duration.ofMinutes(1);

    private final String name;
    private final Supplier<Duration> thing;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable Thread thread;
    private boolean woken;
    private boolean closed;

    Background(String name, Supplier<Duration> thing) {
        this.name = name;
        this.thing = thing;
    }

    void start() {
        lock.lock();
        try {
            if (thread == null && !closed) {
                thread = Thread.ofVirtual().name(name).start(this::run);
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            do {
                Duration pause = once();
                if (!await(pause)) {
                    return;
                }
            } while (true);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    /** The thread outlives a fault of what it does: else nobody would do it any more. */
    private Duration once() {
        try {
            return thing.get();
        } catch (RuntimeException e) {
            LOG.error("{}: ended in {}; goes on in a minute", name, e.getClass().getName(), e);
            return AFTER_FAULT;
        }
    }

    private boolean await(Duration pause) throws InterruptedException {
        lock.lock();
        try {
            long left = pause.toNanos();
            while (!closed && !woken && left > 0) {
                left = changed.awaitNanos(left);
            }
            woken = false;
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    void wake() {
        lock.lock();
        try {
            woken = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends it; what is under way may go on to its own time-out. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            if (thread != null) {
                thread.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }
}
