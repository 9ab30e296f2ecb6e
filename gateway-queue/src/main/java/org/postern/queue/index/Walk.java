package org.postern.queue.index;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.postern.queue.spool.EntryState;

/** A walk over the index that remembers where it is by the id, not by a place in memory. */
public final class Walk {
    private final ReentrantLock lock;
    private final Pages pages;
    private final Set<EntryState> states;
    private final int stateBits;
    private long nextId;

    Walk(ReentrantLock lock, Pages pages, Set<EntryState> states) {
        this.lock = lock;
        this.pages = pages;
        this.states = states;
        this.stateBits = states.stream().mapToInt(s -> 1 << s.code()).sum();
    }

    /** The slots of the next page that has any, ascending; null at the end. */
    public @Nullable List<Slot> next() {
        return next(id -> true);
    }

    /** As {@link #next()}, those with an id that passes. */
    public @Nullable List<Slot> next(LongPredicate wanted) {
        List<Slot> slots = new ArrayList<>();
        while (slots.isEmpty()) {
            if (!step(wanted, slots)) {
                return null;
            }
        }
        return slots;
    }

    /** Passes over pages without any of the states, then looks at one; false at the end. */
    private boolean step(LongPredicate wanted, List<Slot> slots) {
        lock.lock();
        try {
            for (int i = Math.max(0, pages.indexOf(nextId)); i < pages.count(); i++) {
                Page page = pages.page(i);
                if ((page.states & stateBits) == 0) {
                    continue;
                }
                int row = page.find(nextId);
                for (row = row < 0 ? -(row + 1) : row; row < page.count; row++) {
                    if (states.contains(page.state(row)) && wanted.test(page.id(row))) {
                        slots.add(page.slot(row));
                    }
                }
                if (i + 1 == pages.count()) {
                    nextId = Math.max(nextId, page.id(page.count - 1) + 1);
                    return !slots.isEmpty();
                }
                nextId = pages.page(i + 1).first;
                return true;
            }
            return false;
        } finally {
            lock.unlock();
        }
    }
}
