package org.postern.queue.index;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
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
    private final ReentrantLock lock = new ReentrantLock();
    private final PageMemory memory;
    private final Pages pages;
    private final RouteTable routes = new RouteTable();
    private final Map<EntryState, AtomicLong> counts = new EnumMap<>(EntryState.class);
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong active = new AtomicLong();

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
        pages = new Pages(memory);
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

    /** Adds an entry; of one that is there already only the place of its message changes. */
    public void put(Slot slot) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            int i = pages.indexOf(slot.id());
            int row = i < 0 ? -1 : pages.page(i).find(slot.id());
            if (row >= 0) {
                pages.page(i).place(row, slot.segment(), slot.offset());
                return;
            }
            Page page = pages.roomFor(slot.id());
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
            int i = closed ? -1 : pages.indexOf(id);
            int row = i < 0 ? -1 : pages.page(i).find(id);
            return row < 0 ? null : action.on(pages.page(i), row, i);
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
                    pages.shrunk(i);
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
        Claim claim = new Claim(lock, pages, routes, active, max, now, wanted);
        if (freshFirst && count(EntryState.QUEUED) > 0 && count(EntryState.DEFERRED) > 0) {
            claim.run(true);
        }
        claim.run(false);
        return claim.claimed();
    }

    /** Ids in the trash whose time is over, some {@code max}. */
    public List<Long> expiredTrash(int now, int max) {
        List<Long> ids = new ArrayList<>();
        if (count(EntryState.TRASH) == 0) {
            return ids;
        }
        lock.lock();
        try {
            for (int i = 0; i < pages.count() && ids.size() < max; i++) {
                Page page = pages.page(i);
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
        return new Walk(lock, pages, states);
    }

    /** The first entry among those still to be tried, by id; null if none. */
    public @Nullable Slot oldestTriable() {
        if (count(EntryState.QUEUED) + count(EntryState.DEFERRED) == 0) {
            return null;
        }
        lock.lock();
        try {
            for (int i = 0; i < pages.count(); i++) {
                Page page = pages.page(i);
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
            pages.clear();
        } finally {
            lock.unlock();
        }
    }
}
