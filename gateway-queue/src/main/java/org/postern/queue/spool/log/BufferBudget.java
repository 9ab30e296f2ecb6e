package org.postern.queue.spool.log;

import java.util.concurrent.atomic.AtomicLong;

/** How much content of messages being received may be in memory at once, over all sessions. */
final class BufferBudget {
    private final long limit;
    private final AtomicLong used = new AtomicLong();

    BufferBudget(long limit) {
        this.limit = limit;
    }

    /** Counts octets in; true while the budget holds. */
    boolean take(long octets) {
        return used.addAndGet(octets) <= limit;
    }

    void give(long octets) {
        used.addAndGet(-octets);
    }
}
