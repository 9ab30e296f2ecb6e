package org.postern.queue.index;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.postern.queue.spool.EntryState;

/**
 * Where each entry is, in which state, and when it is due: 52 octets an entry in pages of {@value
 * Page#ROWS}, sorted by id, outside the heap (decision 0290). On the heap there is one small object
 * for each page, which lets questions pass over pages that cannot hold an answer. Pages are split
 * when they are full and joined when they are sparse, so what an entry costs does not depend on how
 * many of its neighbours have gone.
 *
 * <p>A walk remembers the last id that it has seen, not a place: it sees each entry that is there
 * all the time exactly once, whatever is moved meanwhile.
 *
 * <p>Thread-safe; one lock, held for the work on one page. Once closed it is an empty index.
 */
public final class EntryIndex implements AutoCloseable {
    /** A full page gives this many rows to the next one if that has room, rather than split. */
    private static final int GIVEN = Page.ROWS / 8;

    private static final int SPARSE = Page.ROWS / 4;
    private static final int JOINED = Page.ROWS * 3 / 4;

    private final ReentrantLock lock = new ReentrantLock();
    private final PageMemory memory;
    private final RouteTable routes = new RouteTable();
    private final Map<EntryState, AtomicLong> counts = new EnumMap<>(EntryState.class);
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong active = new AtomicLong();

    /** In order of their first ids; only the first {@link #pageCount} count. */
    private @Nullable Page[] pages = new Page[16];

    private int pageCount;
    private boolean closed;

    /** An empty index in plain memory. */
    public EntryIndex() {
        this(IndexBacking.NONE, Long.MAX_VALUE);
    }

    /**
     * An empty index.
     *
     * @param backing where it goes beyond {@code plainBytes}
     * @param plainBytes octets that it may take of plain memory outside the heap
     */
    public EntryIndex(IndexBacking backing, long plainBytes) {
        memory = new PageMemory(backing, plainBytes);
        for (EntryState state : EntryState.values()) {
            counts.put(state, new AtomicLong());
        }
    }

    /**
     * The number of a route: a message's recipient domains, joined by commas. When there are more
     * routes than anybody has, 0, whose text is empty.
     */
    public int route(String text) {
        return routes.number(text);
    }

    /** The text of a route. */
    public String routeText(int number) {
        return routes.text(number);
    }

    private Page page(int i) {
        Page page = pages[i];
        if (page == null) {
            throw new IllegalStateException("no page " + i + " of " + pageCount);
        }
        return page;
    }

    /** The last page that begins at or before this id; 0 if none does, -1 if there is none. */
    private int pageOf(long id) {
        int low = 0;
        int high = pageCount - 1;
        if (high >= 0 && page(high).first <= id) {
            return high;
        }
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (page(middle).first <= id) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return Math.max(high, pageCount == 0 ? -1 : 0);
    }

    private Page addPage(int i, long first) {
        if (pageCount == pages.length) {
            pages = Arrays.copyOf(pages, pageCount * 2);
        }
        System.arraycopy(pages, i, pages, i + 1, pageCount - i);
        Page page = memory.take();
        page.first = first;
        pages[i] = page;
        pageCount++;
        return page;
    }

    private void dropPage(int i) {
        memory.give(page(i));
        System.arraycopy(pages, i + 1, pages, i, pageCount - i - 1);
        pages[--pageCount] = null;
    }

    /** The page that has room for a new id, and is where it belongs. */
    private Page roomFor(long id) {
        int i = pageOf(id);
        if (i < 0) {
            return addPage(0, id);
        }
        Page page = page(i);
        if (page.count < Page.ROWS) {
            page.first = Math.min(page.first, id);
            return page;
        }
        Page next = i + 1 < pageCount ? page(i + 1) : null;
        if (id > page.id(page.count - 1)) {
            if (next == null || next.count == Page.ROWS) {
                return addPage(i + 1, id);
            }
            next.first = id;
            return next;
        }
        if (next == null || next.count > Page.ROWS - 2 * GIVEN) {
            next = addPage(i + 1, 0);
            page.moveTo(next, Page.ROWS / 2);
        } else {
            page.moveTo(next, Page.ROWS - GIVEN);
        }
        Page taker = id < next.first ? page : next;
        taker.first = Math.min(taker.first, id);
        return taker;
    }

    private void joinWithNeighbour(int i) {
        int left = i > 0 && page(i - 1).count + page(i).count <= JOINED ? i - 1 : i;
        if (left + 1 == pageCount || page(left).count + page(left + 1).count > JOINED) {
            return;
        }
        Page right = page(left + 1);
        long first = page(left).first;
        int slab = memory.lowestWithRoom();
        if (slab < Math.max(page(left).slab, right.slab)) {
            // so that the slabs behind become empty and go
            Page lower = memory.take();
            right.moveTo(lower, 0);
            pages[left + 1] = lower;
            memory.give(right);
            right = lower;
        }
        page(left).moveTo(right, 0);
        right.first = first;
        dropPage(left);
    }

    /** Adds an entry; of one that is there already only the place of its message changes. */
    public void put(Slot slot) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            int i = pageOf(slot.id());
            int row = i < 0 ? -1 : page(i).find(slot.id());
            if (row >= 0) {
                page(i).place(row, slot.segment(), slot.offset());
                return;
            }
            Page page = roomFor(slot.id());
            page.insert(-(page.find(slot.id()) + 1), slot);
            counter(slot.state()).incrementAndGet();
            bytes.addAndGet(slot.size());
        } finally {
            lock.unlock();
        }
    }

    /** What is done to an entry that was found, under the lock. */
    @FunctionalInterface
    private interface Action<T> {
        T on(Page page, int row, int pageNumber);
    }

    private <T extends @Nullable Object> @Nullable T with(long id, Action<T> action) {
        lock.lock();
        try {
            int i = closed ? -1 : pageOf(id);
            int row = i < 0 ? -1 : page(i).find(id);
            return row < 0 ? null : action.on(page(i), row, i);
        } finally {
            lock.unlock();
        }
    }

    /** Changes the place of an entry's message, if it is there. */
    public void move(long id, int segment, int offset) {
        with(
                id,
                (page, row, i) -> {
                    page.place(row, segment, offset);
                    return true;
                });
    }

    /** Notes a new STATE record. Returns what was before, null if there is no such entry. */
    public @Nullable Slot setState(
            long id, int stateSegment, int stateOffset, EntryState state, int wake) {
        return with(
                id,
                (page, row, i) -> {
                    Slot before = page.slot(row);
                    page.statePlace(row, stateSegment, stateOffset);
                    page.state(row, state, wake);
                    counter(before.state()).decrementAndGet();
                    counter(state).incrementAndGet();
                    return before;
                });
    }

    /** Removes an entry. Returns what it was, null if there is none. */
    public @Nullable Slot remove(long id) {
        return with(
                id,
                (page, row, i) -> {
                    Slot before = page.slot(row);
                    page.remove(row);
                    counter(before.state()).decrementAndGet();
                    bytes.addAndGet(-before.size());
                    active.addAndGet(before.active() ? -1 : 0);
                    if (page.count == 0) {
                        dropPage(i);
                    } else if (page.count <= SPARSE) {
                        joinWithNeighbour(i);
                    }
                    return before;
                });
    }

    /** One entry, null if there is none. */
    public @Nullable Slot get(long id) {
        return with(id, (page, row, i) -> page.slot(row));
    }

    /** Ends a claim; the entry is looked at again at {@code wake} if that is not negative. */
    public void unclaim(long id, int wake) {
        with(
                id,
                (page, row, i) -> {
                    if (page.active(row)) {
                        page.active(row, false);
                        active.decrementAndGet();
                    }
                    if (wake >= 0) {
                        page.wake(row, wake);
                    }
                    return true;
                });
    }

    /** Changes when a deferred or queued entry is due; false if it is neither. */
    public boolean setWake(long id, int wake) {
        Boolean done =
                with(
                        id,
                        (page, row, i) -> {
                            boolean triable = page.isTriable(row);
                            if (triable) {
                                page.wake(row, wake);
                            }
                            return triable;
                        });
        return Boolean.TRUE.equals(done);
    }

    /**
     * Claims due entries: they are active from now on.
     *
     * @param max how many at most
     * @param now spool time in seconds
     * @param freshFirst whether entries that were never tried come before those that were
     * @param wanted asked with the route before an entry is claimed; a route for which it says no
     *     is not asked about again in this call
     */
    public List<Slot> claimDue(int max, int now, boolean freshFirst, Predicate<String> wanted) {
        Claim claim = new Claim(max, now, wanted);
        if (freshFirst && count(EntryState.QUEUED) > 0 && count(EntryState.DEFERRED) > 0) {
            claim.run(true);
        }
        claim.run(false);
        return claim.claimed;
    }

    /** One call of {@link #claimDue}. */
    private final class Claim {
        private final int max;
        private final int now;
        private final Predicate<String> wanted;
        private final BitSet refused = new BitSet();

        /** A bit for each route's number modulo 64 of which all routes have been refused. */
        private long refusedBits;

        private final int[] refusedAlike = new int[Long.SIZE];

        private final List<Slot> claimed = new ArrayList<>();

        Claim(int max, int now, Predicate<String> wanted) {
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

        /**
         * Looks at pages from the one of this id on until one has been worked on; -1 at the end.
         */
        private long runFrom(long id, boolean freshOnly) {
            lock.lock();
            try {
                for (int i = closed ? pageCount : Math.max(0, pageOf(id)); i < pageCount; i++) {
                    Page page = page(i);
                    boolean due = page.triable > 0 && page.earliestDue <= now;
                    if (due
                            && (page.routes & ~refusedBits) != 0
                            && (!freshOnly || (page.states & 1 << EntryState.QUEUED.code()) != 0)) {
                        work(page, freshOnly);
                        return i + 1 < pageCount ? page(i + 1).first : -1;
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
            if (wanted.test(routeText(route))) {
                return true;
            }
            refused.set(route);
            int bit = Page.routeBit(route);
            // of the numbers from 0 to size - 1 these end in the same six bits
            int alike = (routes.size() - bit + Long.SIZE - 1) / Long.SIZE;
            if (++refusedAlike[bit] == alike) {
                refusedBits |= 1L << bit;
            }
            return false;
        }
    }

    /** Ids in the trash whose time is over, some {@code max}. */
    public List<Long> expiredTrash(int now, int max) {
        List<Long> ids = new ArrayList<>();
        if (count(EntryState.TRASH) == 0) {
            return ids;
        }
        lock.lock();
        try {
            for (int i = 0; i < pageCount && ids.size() < max; i++) {
                Page page = page(i);
                if (page.earliestTrash <= now) {
                    page.refresh();
                    for (int row = 0; row < page.count && page.earliestTrash <= now; row++) {
                        boolean over = page.state(row) == EntryState.TRASH && page.wake(row) <= now;
                        if (over && !page.active(row)) {
                            ids.add(page.id(row));
                        }
                    }
                }
            }
        } finally {
            lock.unlock();
        }
        return ids;
    }

    /**
     * The ids in these states, page by page in ascending order: what is there when the walk comes
     * by.
     */
    public Walk walk(Set<EntryState> states) {
        return new Walk(states);
    }

    /** The first entry among those still to be tried, by id; null if none. */
    public @Nullable Slot oldestTriable() {
        if (count(EntryState.QUEUED) + count(EntryState.DEFERRED) == 0) {
            return null;
        }
        lock.lock();
        try {
            for (int i = 0; i < pageCount; i++) {
                Page page = page(i);
                for (int row = 0; page.triable > 0 && row < page.count; row++) {
                    if (page.isTriable(row)) {
                        return page.slot(row);
                    }
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** How many entries are in this state. */
    public long count(EntryState state) {
        return counter(state).get();
    }

    /** How many entries are active. */
    public long activeCount() {
        return active.get();
    }

    /** Content of all entries in octets. */
    public long bytes() {
        return bytes.get();
    }

    /**
     * What the index takes outside the heap, in octets.
     *
     * @param plain memory
     * @param backed by the disk, in memory as far as the kernel likes
     */
    public record Footprint(long plain, long backed) {}

    /** What it takes now. */
    public Footprint footprint() {
        lock.lock();
        try {
            return new Footprint(memory.plainUsed(), memory.backedUsed());
        } finally {
            lock.unlock();
        }
    }

    private AtomicLong counter(EntryState state) {
        AtomicLong counter = counts.get(state);
        if (counter == null) {
            throw new IllegalStateException("no counter for " + state);
        }
        return counter;
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

    /** Gives its memory back. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            pageCount = 0;
            Arrays.fill(pages, null);
            memory.close();
        } finally {
            lock.unlock();
        }
    }

    /** A walk over the index that remembers where it is by the id, not by a place in memory. */
    public final class Walk {
        private final Set<EntryState> states;
        private final int stateBits;
        private long nextId;

        private Walk(Set<EntryState> states) {
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
                for (int i = closed ? pageCount : Math.max(0, pageOf(nextId)); i < pageCount; i++) {
                    Page page = page(i);
                    if ((page.states & stateBits) == 0) {
                        continue;
                    }
                    int row = page.find(nextId);
                    for (row = row < 0 ? -(row + 1) : row; row < page.count; row++) {
                        if (states.contains(page.state(row)) && wanted.test(page.id(row))) {
                            slots.add(page.slot(row));
                        }
                    }
                    if (i + 1 == pageCount) {
                        nextId = Math.max(nextId, page.id(page.count - 1) + 1);
                        return !slots.isEmpty();
                    }
                    nextId = page(i + 1).first;
                    return true;
                }
                return false;
            } finally {
                lock.unlock();
            }
        }
    }
}
