package org.postern.queue.index;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.postern.queue.spool.EntryState;

/** The columns of {@value #IDS} consecutive ids. Guarded by its own monitor. */
final class Chunk {
    static final int BITS = 10;
    static final int IDS = 1 << BITS;
    private static final int MASK = IDS - 1;
    private static final EntryState[] STATES = EntryState.values();

    /** 0 for an id that is not there, else the state's code and one; negative when active. */
    private final byte[] states = new byte[IDS];

    private final int[] segments = new int[IDS];
    private final int[] offsets = new int[IDS];
    private final int[] stateSegments = new int[IDS];
    private final int[] stateOffsets = new int[IDS];
    private final int[] wakes = new int[IDS];
    private final int[] accepted = new int[IDS];
    private final int[] routes = new int[IDS];
    private final int[] sizes = new int[IDS];
    private final long base;
    private int live;

    /** No entry that could be claimed is due before this. */
    private int earliest = Integer.MAX_VALUE;

    /** Set when the chunk has left the index: whoever still holds it must look again. */
    boolean gone;

    Chunk(long number) {
        base = number << BITS;
    }

    /** Adds or relocates; true if added. */
    boolean add(long id, int segment, int offset, int when, int wake, int route, int size) {
        int i = (int) id & MASK;
        segments[i] = segment;
        offsets[i] = offset;
        if (states[i] != 0) {
            return false;
        }
        states[i] = (byte) (EntryState.QUEUED.code() + 1);
        stateSegments[i] = 0;
        stateOffsets[i] = 0;
        accepted[i] = when;
        routes[i] = route;
        sizes[i] = size;
        setWake(id, wake);
        live++;
        return true;
    }

    void setState(long id, int stateSegment, int stateOffset, EntryState state, int wake) {
        int i = (int) id & MASK;
        byte value = (byte) (state.code() + 1);
        states[i] = states[i] < 0 ? (byte) -value : value;
        stateSegments[i] = stateSegment;
        stateOffsets[i] = stateOffset;
        setWake(id, wake);
    }

    void setWake(long id, int wake) {
        wakes[(int) id & MASK] = wake;
        earliest = Math.min(earliest, wake);
    }

    /** Sets or clears the mark; true if that changed anything. */
    boolean setActive(long id, boolean value) {
        int i = (int) id & MASK;
        if (states[i] == 0 || states[i] < 0 == value) {
            return false;
        }
        states[i] = (byte) -states[i];
        if (!value) {
            earliest = Math.min(earliest, wakes[i]);
        }
        return true;
    }

    /** Removes an entry; returns how many are left. */
    int remove(long id) {
        states[(int) id & MASK] = 0;
        return --live;
    }

    @Nullable Slot get(long id) {
        int i = (int) id & MASK;
        int value = states[i];
        if (value == 0) {
            return null;
        }
        return new Slot(
                id,
                segments[i],
                offsets[i],
                stateSegments[i],
                stateOffsets[i],
                STATES[Math.abs(value) - 1],
                value < 0,
                wakes[i],
                accepted[i],
                routes[i],
                sizes[i]);
    }

    void forEach(Consumer<Slot> consumer) {
        for (int i = 0; i < IDS; i++) {
            Slot slot = states[i] == 0 ? null : get(base + i);
            if (slot != null) {
                consumer.accept(slot);
            }
        }
    }

    /** Claims what is due; of the deferred ones nothing if {@code freshOnly}. */
    void claimDue(int max, int now, boolean freshOnly, IntPredicate wanted, List<Slot> claimed) {
        if (earliest > now) {
            return;
        }
        int next = Integer.MAX_VALUE;
        for (int i = 0; i < IDS; i++) {
            int value = states[i];
            if (value != EntryState.QUEUED.code() + 1 && value != EntryState.DEFERRED.code() + 1) {
                continue;
            }
            boolean meant = !freshOnly || value == EntryState.QUEUED.code() + 1;
            if (meant && wakes[i] <= now && claimed.size() < max && wanted.test(routes[i])) {
                Slot slot = get(base + i);
                if (slot != null) {
                    claimed.add(slot);
                    states[i] = (byte) -value;
                }
            } else {
                next = Math.min(next, wakes[i]);
            }
        }
        earliest = next;
    }
}
