package org.postern.queue.index;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.postern.queue.spool.EntryState;

/** One call of {@link EntryIndex#claimDue}: takes the lock for a page at a time. */
final class Claim {
    private final ReentrantLock lock;
    private final Pages pages;
    private final RouteTable table;
    private final AtomicLong active;
    private final int max;
    private final int now;
    private final Predicate<String> wanted;
    private final BitSet refused = new BitSet();

    /** A bit for each route's number modulo 64 of which all routes have been refused. */
    private long refusedBits;

    private final int[] refusedAlike = new int[Long.SIZE];

    private final List<Slot> claimed = new ArrayList<>();

    Claim(
            ReentrantLock lock,
            Pages pages,
            RouteTable table,
            AtomicLong active,
            int max,
            int now,
            Predicate<String> wanted) {
        this.lock = lock;
        this.pages = pages;
        this.table = table;
        this.active = active;
        this.max = max;
        this.now = now;
        this.wanted = wanted;
    }

    void run(boolean freshOnly) {
        long next = 0;
        while (next >= 0 && claimed.size() < max) {
            next = runFrom(next, freshOnly);
        }
    }

    /** Looks at pages from the one of this id on until one has been worked on; -1 at the end. */
    private long runFrom(long id, boolean freshOnly) {
        lock.lock();
        try {
            for (int i = Math.max(0, pages.indexOf(id)); i < pages.count(); i++) {
                Page page = pages.page(i);
                boolean due = page.triable > 0 && page.earliestDue <= now;
                if (due
                        && (page.routes & ~refusedBits) != 0
                        && (!freshOnly || (page.states & 1 << EntryState.QUEUED.code()) != 0)) {
                    work(page, freshOnly);
                    return i + 1 < pages.count() ? pages.page(i + 1).first : -1;
                }
            }
            return -1;
        } finally {
            lock.unlock();
        }
    }

    private void work(Page page, boolean freshOnly) {
        page.refresh();
        int earliest = Integer.MAX_VALUE;
        for (int row = 0; row < page.count; row++) {
            if (!page.isTriable(row) || page.active(row)) {
                continue;
            }
            boolean meant = !freshOnly || page.state(row) == EntryState.QUEUED;
            if (meant
                    && page.wake(row) <= now
                    && claimed.size() < max
                    && isWanted(page.route(row))) {
                page.active(row, true);
                active.incrementAndGet();
                claimed.add(page.slot(row));
            } else {
                earliest = Math.min(earliest, page.wake(row));
            }
        }
        page.earliestDue = earliest;
    }

    private boolean isWanted(int route) {
        if (refused.get(route)) {
            return false;
        }
        if (wanted.test(table.text(route))) {
            return true;
        }
        refused.set(route);
        int bit = Page.routeBit(route);
        // of the numbers from 0 to size - 1 these end in the same six bits
        int alike = (table.size() - bit + Long.SIZE - 1) / Long.SIZE;
        if (++refusedAlike[bit] == alike) {
            refusedBits |= 1L << bit;
        }
        return false;
    }

    /** What was claimed. */
    List<Slot> claimed() {
        return claimed;
    }
}
