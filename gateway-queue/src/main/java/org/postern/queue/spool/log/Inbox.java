package org.postern.queue.spool.log;

import java.util.Collection;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.postern.queue.spool.SpoolException;

/**
 * What sessions have handed to the writer and it has not taken yet, in order. Any thread adds, the
 * writer alone takes. Nobody holds a lock here: with dozens of sessions that are let go together
 * and come back together, a lock makes each of them sleep once more. The writer is woken once for a
 * group, when enough have come.
 */
final class Inbox {
    /** Stands in the list's place when nothing is taken any more. */
    private static final LogRequest SHUT = new Shut();

    private final AtomicReference<@Nullable LogRequest> last = new AtomicReference<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong octets = new AtomicLong();
    private final int manyOctets;

    /** The writer while it sleeps, null while it need not be woken. */
    private final AtomicReference<@Nullable Thread> asleep = new AtomicReference<>();

    /** How many must have come before the writer is woken. */
    private volatile int enough = 1;

    private volatile boolean closing;

    /**
     * An empty one.
     *
     * @param manyOctets so many are enough, from however few
     */
    Inbox(int manyOctets) {
        this.manyOctets = manyOctets;
    }

    /** Adds a request. Any thread. */
    void add(LogRequest request) throws SpoolException {
        LogRequest before;
        do {
            before = last.get();
            if (before instanceof Shut || closing) {
                throw new SpoolException(SpoolException.Kind.CLOSED, "the spool is closed");
            }
            request.before = before;
        } while (!last.compareAndSet(before, request));
        octets.addAndGet(request.size());
        if (count.incrementAndGet() >= enough || octets.get() >= manyOctets) {
            wake();
        }
    }

    private void wake() {
        Thread writer = asleep.get();
        if (writer != null && asleep.compareAndSet(writer, null)) {
            LockSupport.unpark(writer);
        }
    }

    /** Lets nobody add any more; what is there can still be taken. Any thread. */
    void close() {
        closing = true;
        wake();
    }

    boolean isClosing() {
        return closing;
    }

    boolean isEmpty() {
        return last.get() == null;
    }

    /**
     * Sleeps until so many have come, or enough octets, or the inbox is closing, or the time is
     * over. The writer alone.
     *
     * @param nanos the most it sleeps, {@link Long#MAX_VALUE} for as long as it takes
     */
    void await(int wanted, long nanos) {
        long end = System.nanoTime() + nanos;
        enough = wanted;
        try {
            while (count.get() < wanted && octets.get() < manyOctets && !closing) {
                long left = end - System.nanoTime();
                if (nanos != Long.MAX_VALUE && left <= 0) {
                    return;
                }
                asleep.set(Thread.currentThread());
                // who came before that saw nobody asleep: look again
                if (count.get() < wanted && octets.get() < manyOctets && !closing) {
                    if (nanos == Long.MAX_VALUE) {
                        LockSupport.park(this);
                    } else {
                        LockSupport.parkNanos(this, left);
                    }
                }
                asleep.set(null);
                if (Thread.interrupted()) {
                    // nobody interrupts the writer; a group that is too small does no harm
                    return;
                }
            }
        } finally {
            enough = 1;
        }
    }

    /**
     * Moves all that is there behind what stands in {@code into}, first come first; whether there
     * was any.
     */
    boolean takeAll(Collection<LogRequest> into) {
        return take(last.getAndSet(null), into) > 0;
    }

    private int take(@Nullable LogRequest newest, Collection<LogRequest> into) {
        LogRequest next = null;
        LogRequest first = null;
        int taken = 0;
        long size = 0;
        // turned round in place: each then points to the one after it
        for (LogRequest r = newest; r != null; ) {
            LogRequest before = r.before;
            r.before = next;
            next = r;
            first = r;
            r = before;
        }
        for (LogRequest r = first; r != null; ) {
            LogRequest after = r.before;
            r.before = null;
            into.add(r);
            taken++;
            size += r.size();
            r = after;
        }
        count.addAndGet(-taken);
        octets.addAndGet(-size);
        return taken;
    }

    /** Takes the last of it; from now on every {@link #add} throws. */
    void shut(Collection<LogRequest> into) {
        closing = true;
        LogRequest newest = last.getAndSet(SHUT);
        if (!(newest instanceof Shut)) {
            int _ = take(newest, into);
        }
    }

    private static final class Shut extends LogRequest {
        Shut() {
            super(Kind.MESSAGE, RecordType.CLOCK);
        }

        @Override
        @Nullable Payload payload() {
            return null;
        }

        @Override
        void applied(Segment segment, int offset, RecordHeader header) {
            throw new IllegalStateException("it is never written");
        }
    }
}
