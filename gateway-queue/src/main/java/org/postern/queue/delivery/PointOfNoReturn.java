package org.postern.queue.delivery;

/**
 * The point of no return of one attempt. Until the last octet of a message is on its way it can be
 * taken back: hanging up is enough, and nobody has it. From then on the other side may have it
 * whether or not we hear so (RFC 1047), and hanging up would be what makes a duplicate. So a stop
 * breaks off attempts before that point and waits for the others, which their own time-out of the
 * final reply bounds.
 *
 * <p>Made by the attempt's thread, which alone calls {@link #pass} and {@link #resolved}; {@link
 * #breakOff} comes from any. Breaking off is an interrupt of that thread, and no interrupt comes
 * from here while the point is passed or after {@link #over}. A message in several transactions
 * passes it several times.
 */
public final class PointOfNoReturn {
    private enum Phase {
        /** May be broken off. */
        BEFORE,
        /** The last octet is on its way, the last reply is not here. */
        PASSED,
        /** The attempt has ended. */
        OVER
    }

    private final Thread thread = Thread.currentThread();
    private Phase phase = Phase.BEFORE;
    private boolean wanted;

    /** The point of an attempt that the current thread makes. */
    public PointOfNoReturn() {}

    /**
     * The last octet goes out next.
     *
     * @return false if the attempt is broken off: then it must not go out
     */
    public synchronized boolean pass() {
        if (wanted) {
            return false;
        }
        phase = Phase.PASSED;
        return true;
    }

    /** The last reply is here, or it will never come: what follows may be broken off again. */
    public synchronized void resolved() {
        if (phase == Phase.PASSED) {
            phase = Phase.BEFORE;
        }
    }

    /** The attempt has ended; returns whether it was to be broken off, and takes the interrupt. */
    public synchronized boolean over() {
        phase = Phase.OVER;
        if (wanted) {
            Thread.interrupted();
        }
        notifyAll();
        return wanted;
    }

    /** Waits for the attempt's end. */
    public synchronized void awaitOver() throws InterruptedException {
        while (phase != Phase.OVER) {
            wait();
        }
    }

    /**
     * Breaks the attempt off, unless the point is passed: then it ends with its last reply, and
     * begins nothing more.
     *
     * @return false if the last reply is being waited for
     */
    public synchronized boolean breakOff() {
        wanted = true;
        if (phase == Phase.BEFORE) {
            thread.interrupt();
        }
        return phase != Phase.PASSED;
    }

    /** Whether the attempt is to begin nothing more. */
    public synchronized boolean isBrokenOff() {
        return wanted;
    }
}
