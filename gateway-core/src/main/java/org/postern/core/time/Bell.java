package org.postern.core.time;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a thread that works in rounds waits by: a while, or until somebody rings. A ring that comes
 * while nobody waits is heard by the next wait, and several before it are one. One thread waits;
 * any may ring, which never blocks for long and allocates nothing.
 */
public final class Bell {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition rung = lock.newCondition();
    private boolean ringing;
    private boolean closed;

    /** Ends the wait under way, or the next one. */
    public void ring() {
        lock.lock();
        try {
            ringing = true;
            rung.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the wait under way and every later one. */
    public void close() {
        lock.lock();
        try {
            closed = true;
            rung.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Whether it was closed. */
    public boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits.
     *
     * @param nanos longest wait in nanoseconds, by monotonic time; none from 0 on downwards
     * @return false once the bell is closed
     */
    public boolean await(long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (!ringing && !closed && left > 0) {
                left = rung.awaitNanos(left);
            }
            ringing = false;
            return !closed;
        } finally {
            lock.unlock();
        }
    }
}
