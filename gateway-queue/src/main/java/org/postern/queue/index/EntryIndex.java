package org.postern.queue.index;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntPredicate;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.postern.queue.spool.EntryState;

/**
 * Where each entry is, in which state, and when it is due. Ids come from a counter, so a chunk of
 * {@value Chunk#IDS} consecutive ids is an array addressed by the id's low bits: no hash, no order
 * to keep, 34 bytes an entry. A chunk goes when its last entry goes.
 *
 * <p>An id stays in its chunk for life, so a walk over the chunks sees each entry that is there all
 * the time exactly once, whatever compaction moves meanwhile.
 *
 * <p>Thread-safe; each chunk has its own lock, held for array accesses only.
 */
public final class EntryIndex {
    private static final int MAX_ROUTES = 1 << 20;

    private final ConcurrentSkipListMap<Long, Chunk> chunks = new ConcurrentSkipListMap<>();
    private final Map<EntryState, AtomicLong> counts = new EnumMap<>(EntryState.class);
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong active = new AtomicLong();
    private final Map<String, Integer> routeNumbers = new ConcurrentHashMap<>();
    private final List<String> routes = new CopyOnWriteArrayList<>();

    /** An empty index. */
    public EntryIndex() {
        for (EntryState state : EntryState.values()) {
            counts.put(state, new AtomicLong());
        }
        routes.add("");
    }

    /**
     * The number of a route: a message's recipient domains, joined by commas. When there are more
     * routes than anybody has, 0, whose text is empty.
     */
    public int route(String text) {
        Integer known = routeNumbers.get(text);
        if (known != null) {
            return known;
        }
        synchronized (routes) {
            if (routes.size() >= MAX_ROUTES) {
                return 0;
            }
            return routeNumbers.computeIfAbsent(
                    text,
                    t -> {
                        routes.add(t);
                        return routes.size() - 1;
                    });
        }
    }

    /** The text of a route. */
    public String routeText(int number) {
        return routes.get(number);
    }

    /** Adds an entry; one that is there already only changes its place. */
    public void put(long id, int segment, int offset, int accepted, int wake, int route, int size) {
        while (true) {
            Chunk chunk = chunks.computeIfAbsent(id >>> Chunk.BITS, Chunk::new);
            synchronized (chunk) {
                if (chunk.gone) {
                    continue;
                }
                if (chunk.add(id, segment, offset, accepted, wake, route, size)) {
                    counter(EntryState.QUEUED).incrementAndGet();
                    bytes.addAndGet(size);
                }
                return;
            }
        }
    }

    /** Notes a new STATE record. Returns what was before, null if there is no such entry. */
    public @Nullable Slot setState(
            long id, int stateSegment, int stateOffset, EntryState state, int wake) {
        Chunk chunk = chunks.get(id >>> Chunk.BITS);
        if (chunk == null) {
            return null;
        }
        synchronized (chunk) {
            Slot before = chunk.get(id);
            if (before == null) {
                return null;
            }
            chunk.setState(id, stateSegment, stateOffset, state, wake);
            counter(before.state()).decrementAndGet();
            counter(state).incrementAndGet();
            return before;
        }
    }

    /** Removes an entry. Returns what it was, null if there is none. */
    public @Nullable Slot remove(long id) {
        Chunk chunk = chunks.get(id >>> Chunk.BITS);
        if (chunk == null) {
            return null;
        }
        synchronized (chunk) {
            Slot before = chunk.get(id);
            if (before == null) {
                return null;
            }
            if (chunk.remove(id) == 0) {
                chunk.gone = true;
                chunks.remove(id >>> Chunk.BITS);
            }
            counter(before.state()).decrementAndGet();
            bytes.addAndGet(-before.size());
            if (before.active()) {
                active.decrementAndGet();
            }
            return before;
        }
    }

    /** One entry, null if there is none. */
    public @Nullable Slot get(long id) {
        Chunk chunk = chunks.get(id >>> Chunk.BITS);
        if (chunk == null) {
            return null;
        }
        synchronized (chunk) {
            return chunk.get(id);
        }
    }

    /** Ends a claim; the entry is looked at again at {@code wake} if that is not negative. */
    public void unclaim(long id, int wake) {
        Chunk chunk = chunks.get(id >>> Chunk.BITS);
        if (chunk != null) {
            synchronized (chunk) {
                if (chunk.setActive(id, false)) {
                    active.decrementAndGet();
                }
                if (wake >= 0) {
                    chunk.setWake(id, wake);
                }
            }
        }
    }

    /** Changes when a deferred or queued entry is due; false if it is neither. */
    public boolean setWake(long id, int wake) {
        Chunk chunk = chunks.get(id >>> Chunk.BITS);
        if (chunk == null) {
            return false;
        }
        synchronized (chunk) {
            Slot slot = chunk.get(id);
            if (slot == null || !isTriable(slot.state())) {
                return false;
            }
            chunk.setWake(id, wake);
            return true;
        }
    }

    private static boolean isTriable(EntryState state) {
        return state == EntryState.QUEUED || state == EntryState.DEFERRED;
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
        List<Slot> claimed = new ArrayList<>();
        BitSet refused = new BitSet();
        IntPredicate ask =
                n -> {
                    boolean yes = !refused.get(n) && wanted.test(routeText(n));
                    refused.set(n, !yes);
                    return yes;
                };
        if (freshFirst && count(EntryState.QUEUED) > 0 && count(EntryState.DEFERRED) > 0) {
            claim(max, now, true, refused, ask, claimed);
        }
        claim(max, now, false, refused, ask, claimed);
        active.addAndGet(claimed.size());
        return claimed;
    }

    private void claim(
            int max,
            int now,
            boolean freshOnly,
            BitSet refused,
            IntPredicate ask,
            List<Slot> claimed) {
        for (Chunk chunk : chunks.values()) {
            // number 0 is for routes beyond the table, which hardly anybody has
            if (claimed.size() >= max || refused.cardinality() >= routes.size() - 1) {
                break;
            }
            synchronized (chunk) {
                if (!chunk.gone) {
                    chunk.claimDue(max, now, freshOnly, ask, claimed);
                }
            }
        }
    }

    /** Ids in the trash whose time is over. */
    public List<Long> expiredTrash(int now, int max) {
        List<Long> ids = new ArrayList<>();
        for (Chunk chunk : chunks.values()) {
            for (Slot slot : slots(chunk)) {
                if (slot.state() == EntryState.TRASH && slot.wake() <= now && !slot.active()) {
                    ids.add(slot.id());
                }
            }
            if (ids.size() >= max || counter(EntryState.TRASH).get() == 0) {
                break;
            }
        }
        return ids;
    }

    /**
     * The ids in these states, chunk by chunk in ascending order: what is there when the walk comes
     * by.
     */
    public Walk walk(Set<EntryState> states) {
        return new Walk(states);
    }

    /** The entries that were accepted earliest among those still to be tried; null if none. */
    public @Nullable Slot oldestTriable() {
        if (count(EntryState.QUEUED) + count(EntryState.DEFERRED) == 0) {
            return null;
        }
        for (Chunk chunk : chunks.values()) {
            for (Slot slot : slots(chunk)) {
                if (isTriable(slot.state())) {
                    return slot;
                }
            }
        }
        return null;
    }

    /** All live entries whose MESSAGE or latest STATE record lies in this segment. */
    public List<Slot> inSegment(int segment) {
        List<Slot> found = new ArrayList<>();
        for (Chunk chunk : chunks.values()) {
            for (Slot slot : slots(chunk)) {
                if (slot.segment() == segment || slot.stateSegment() == segment) {
                    found.add(slot);
                }
            }
        }
        return found;
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

    private AtomicLong counter(EntryState state) {
        AtomicLong counter = counts.get(state);
        if (counter == null) {
            throw new IllegalStateException("no counter for " + state);
        }
        return counter;
    }

    private static List<Slot> slots(Chunk chunk) {
        List<Slot> slots = new ArrayList<>();
        synchronized (chunk) {
            chunk.forEach(slots::add);
        }
        return slots;
    }

    /** A walk over the index that remembers where it is by the id, not by a place in memory. */
    public final class Walk {
        private final Set<EntryState> states;
        private long nextChunk;

        private Walk(Set<EntryState> states) {
            this.states = states;
        }

        /** The slots of the next chunk that has any, ascending; null at the end. */
        public @Nullable List<Slot> next() {
            return next(id -> true);
        }

        /** As {@link #next()}, those with an id that passes. */
        public @Nullable List<Slot> next(LongPredicate wanted) {
            while (true) {
                Entry<Long, Chunk> entry = chunks.ceilingEntry(nextChunk);
                if (entry == null) {
                    return null;
                }
                nextChunk = entry.getKey() + 1;
                List<Slot> slots = slots(entry.getValue());
                slots.removeIf(s -> !states.contains(s.state()) || !wanted.test(s.id()));
                if (!slots.isEmpty()) {
                    return slots;
                }
            }
        }
    }
}
