package org.postern.queue.index;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.postern.queue.spool.EntryState;

/**
 * Up to {@value #ROWS} entries in order of their ids, in memory outside the heap. What stands here
 * on the heap serves to pass a page over without a look at its rows; it may promise too much (an
 * entry that is no longer due) but never too little. Guarded by the index's lock.
 */
final class Page {
    /** Rows in a page. */
    static final int ROWS = 256;

    private static final int ROW_BYTES = 52;

    /** What a page takes. */
    static final int BYTES = ROWS * ROW_BYTES;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final int SEGMENT = 8;
    private static final int OFFSET = 12;
    private static final int STATE_SEGMENT = 16;
    private static final int STATE_OFFSET = 20;
    private static final int WAKE = 24;
    private static final int ACCEPTED = 28;

    /** The route's number, and in the lowest eight bits state and mark. */
    private static final int ROUTE_AND_STATE = 32;

    private static final int SIZE = 36;
    private static final int SENDER = 40;
    private static final int SENDER_DOMAIN = 44;
    private static final int RECIPIENT = 48;

    private static final int STATE_BITS = 8;
    private static final int STATE_MASK = 0x7f;
    private static final int ACTIVE = 0x80;
    private static final EntryState[] STATES = EntryState.values();

    private final MemorySegment memory;
    private final int start;

    /** The slab that it belongs to. */
    final int slab;

    int count;

    /** Lowest id that belongs here; at most the first row's. */
    long first;

    /** No entry that could be claimed is due before this. */
    int earliestDue = Integer.MAX_VALUE;

    /** Nothing in the trash ends before this. */
    int earliestTrash = Integer.MAX_VALUE;

    /** Entries that are queued or deferred. */
    int triable;

    /** A bit for each state's code that may be found here. */
    int states;

    /** A bit for each route's number modulo 64 that may be found here. */
    long routes;

    Page(MemorySegment memory, int start, int slab) {
        this.memory = memory;
        this.start = start;
        this.slab = slab;
    }

    int start() {
        return start;
    }

    private long at(int row) {
        return start + (long) row * ROW_BYTES;
    }

    long id(int row) {
        return memory.get(LONG, at(row));
    }

    int segment(int row) {
        return memory.get(INT, at(row) + SEGMENT);
    }

    int stateSegment(int row) {
        return memory.get(INT, at(row) + STATE_SEGMENT);
    }

    int wake(int row) {
        return memory.get(INT, at(row) + WAKE);
    }

    int size(int row) {
        return memory.get(INT, at(row) + SIZE);
    }

    EntryState state(int row) {
        return STATES[memory.get(INT, at(row) + ROUTE_AND_STATE) & STATE_MASK];
    }

    boolean active(int row) {
        return (memory.get(INT, at(row) + ROUTE_AND_STATE) & ACTIVE) != 0;
    }

    int route(int row) {
        return memory.get(INT, at(row) + ROUTE_AND_STATE) >>> STATE_BITS;
    }

    boolean isTriable(int row) {
        EntryState state = state(row);
        return state == EntryState.QUEUED || state == EntryState.DEFERRED;
    }

    Slot slot(int row) {
        long at = at(row);
        int routeAndState = memory.get(INT, at + ROUTE_AND_STATE);
        return new Slot(
                memory.get(LONG, at),
                memory.get(INT, at + SEGMENT),
                memory.get(INT, at + OFFSET),
                memory.get(INT, at + STATE_SEGMENT),
                memory.get(INT, at + STATE_OFFSET),
                STATES[routeAndState & STATE_MASK],
                (routeAndState & ACTIVE) != 0,
                memory.get(INT, at + WAKE),
                memory.get(INT, at + ACCEPTED),
                routeAndState >>> STATE_BITS,
                memory.get(INT, at + SIZE),
                memory.get(INT, at + SENDER),
                memory.get(INT, at + SENDER_DOMAIN),
                memory.get(INT, at + RECIPIENT));
    }

    /** The row of an id, or {@code -(row + 1)} of where it belongs. */
    int find(long id) {
        int low = 0;
        int high = count - 1;
        if (high >= 0 && id(high) < id) {
            return -(count + 1);
        }
        while (low <= high) {
            int middle = (low + high) >>> 1;
            long found = id(middle);
            if (found == id) {
                return middle;
            }
            if (found < id) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -(low + 1);
    }

    /** Inserts before a row; there must be room. */
    void insert(int row, Slot slot) {
        MemorySegment.copy(memory, at(row), memory, at(row + 1), (long) (count - row) * ROW_BYTES);
        long at = at(row);
        memory.set(LONG, at, slot.id());
        memory.set(INT, at + SEGMENT, slot.segment());
        memory.set(INT, at + OFFSET, slot.offset());
        memory.set(INT, at + STATE_SEGMENT, slot.stateSegment());
        memory.set(INT, at + STATE_OFFSET, slot.stateOffset());
        memory.set(INT, at + WAKE, slot.wake());
        memory.set(INT, at + ACCEPTED, slot.accepted());
        memory.set(INT, at + ROUTE_AND_STATE, (slot.route() << STATE_BITS) | slot.state().code());
        memory.set(INT, at + SIZE, slot.size());
        memory.set(INT, at + SENDER, slot.sender());
        memory.set(INT, at + SENDER_DOMAIN, slot.senderDomain());
        memory.set(INT, at + RECIPIENT, slot.recipient());
        count++;
        note(row);
    }

    void remove(int row) {
        triable -= isTriable(row) ? 1 : 0;
        MemorySegment.copy(
                memory, at(row + 1), memory, at(row), (long) (count - row - 1) * ROW_BYTES);
        count--;
    }

    void place(int row, int segment, int offset) {
        memory.set(INT, at(row) + SEGMENT, segment);
        memory.set(INT, at(row) + OFFSET, offset);
    }

    void statePlace(int row, int segment, int offset) {
        memory.set(INT, at(row) + STATE_SEGMENT, segment);
        memory.set(INT, at(row) + STATE_OFFSET, offset);
    }

    /** Sets state and wake; the mark stays. */
    void state(int row, EntryState state, int wake) {
        triable -= isTriable(row) ? 1 : 0;
        long at = at(row) + ROUTE_AND_STATE;
        memory.set(INT, at, (memory.get(INT, at) & ~STATE_MASK) | state.code());
        memory.set(INT, at(row) + WAKE, wake);
        note(row);
    }

    void wake(int row, int wake) {
        triable -= isTriable(row) ? 1 : 0;
        memory.set(INT, at(row) + WAKE, wake);
        note(row);
    }

    void active(int row, boolean active) {
        long at = at(row) + ROUTE_AND_STATE;
        int value = memory.get(INT, at);
        memory.set(INT, at, active ? value | ACTIVE : value & ~ACTIVE);
        if (!active && isTriable(row)) {
            earliestDue = Math.min(earliestDue, wake(row));
        }
    }

    /** Takes one row into what is known of all. */
    private void note(int row) {
        EntryState state = state(row);
        states |= 1 << state.code();
        routes |= 1L << routeBit(route(row));
        if (isTriable(row)) {
            triable++;
            earliestDue = Math.min(earliestDue, wake(row));
        } else if (state == EntryState.TRASH) {
            earliestTrash = Math.min(earliestTrash, wake(row));
        }
    }

    /** The number of a route's bit in {@link #routes}. */
    static int routeBit(int route) {
        return route & (Long.SIZE - 1);
    }

    /** Looks at all rows again, so that what is known of them is exact. */
    void refresh() {
        earliestDue = Integer.MAX_VALUE;
        earliestTrash = Integer.MAX_VALUE;
        triable = 0;
        states = 0;
        routes = 0;
        for (int row = 0; row < count; row++) {
            note(row);
        }
    }

    /** Moves rows from {@code row} on to the front of the page that follows. */
    void moveTo(Page next, int row) {
        int moved = count - row;
        long bytes = (long) moved * ROW_BYTES;
        MemorySegment.copy(
                next.memory,
                next.at(0),
                next.memory,
                next.at(moved),
                (long) next.count * ROW_BYTES);
        MemorySegment.copy(memory, at(row), next.memory, next.at(0), bytes);
        next.count += moved;
        count = row;
        refresh();
        next.refresh();
        if (next.count > 0) {
            next.first = next.id(0);
        }
    }
}
