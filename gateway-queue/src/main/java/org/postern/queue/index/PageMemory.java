package org.postern.queue.index;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Memory for pages, outside the heap, in slabs: the first ones plain memory, so that a queue of
 * usual length does not depend on the disk; those beyond {@code plainBytes} backed by the disk, so
 * that the kernel can page them out. Where the disk has no room for one, plain memory again.
 * Guarded by the index's lock.
 */
final class PageMemory {
    private static final int FIRST_SLAB = 256 << 10;
    private static final int SLAB = 4 << 20;

    private final List<@Nullable Slab> slabs = new ArrayList<>();
    private final BitSet withRoom = new BitSet();
    private final IndexBacking backing;
    private final long plainBytes;
    private long plainUsed;
    private long backedUsed;

    PageMemory(IndexBacking backing, long plainBytes) {
        this.backing = backing;
        this.plainBytes = plainBytes;
    }

    /** A slab and the places in it that are free. */
    private static final class Slab {
        private final Arena arena;
        private final MemorySegment memory;
        private final boolean plain;
        private final int[] free;
        private int freeCount;

        Slab(Arena arena, MemorySegment memory, boolean plain) {
            this.arena = arena;
            this.memory = memory;
            this.plain = plain;
            free = new int[(int) (memory.byteSize() / Page.BYTES)];
            for (int i = free.length - 1; i >= 0; i--) {
                free[freeCount++] = i * Page.BYTES;
            }
        }
    }

    /** An empty page. */
    Page take() {
        int number = withRoom.nextSetBit(0);
        if (number < 0) {
            number = slabs.indexOf(null);
            Slab slab = newSlab();
            if (number < 0) {
                number = slabs.size();
                slabs.add(slab);
            } else {
                slabs.set(number, slab);
            }
            withRoom.set(number);
        }
        Slab slab = slab(number);
        int start = slab.free[--slab.freeCount];
        withRoom.set(number, slab.freeCount > 0);
        return new Page(slab.memory, start, number);
    }

    private Slab slab(int number) {
        Slab slab = slabs.get(number);
        if (slab == null) {
            throw new IllegalStateException("slab " + number + " was let go");
        }
        return slab;
    }

    private Slab newSlab() {
        long bytes = slabs.isEmpty() ? FIRST_SLAB : SLAB;
        Arena arena = Arena.ofShared();
        if (plainUsed + bytes > plainBytes) {
            try {
                MemorySegment memory = backing.map(bytes, arena);
                backedUsed += bytes;
                return new Slab(arena, memory, false);
            } catch (IOException noRoom) {
                // the index goes on in memory: what it knows must not depend on a full disk
                arena.close();
                arena = Arena.ofShared();
            }
        }
        plainUsed += bytes;
        return new Slab(arena, arena.allocate(bytes), true);
    }

    /** Number of the slab that {@link #take} would take from, the highest if there is none. */
    int lowestWithRoom() {
        int number = withRoom.nextSetBit(0);
        return number < 0 ? Integer.MAX_VALUE : number;
    }

    /** Takes back a page that nobody uses any more. */
    void give(Page page) {
        Slab slab = slab(page.slab);
        slab.free[slab.freeCount++] = page.start();
        withRoom.set(page.slab);
        if (slab.freeCount == slab.free.length && withRoom.cardinality() > 1) {
            withRoom.clear(page.slab);
            slabs.set(page.slab, null);
            letGo(slab);
        }
    }

    private void letGo(Slab slab) {
        if (slab.plain) {
            plainUsed -= slab.memory.byteSize();
        } else {
            backedUsed -= slab.memory.byteSize();
        }
        slab.arena.close();
    }

    /** Octets of plain memory. */
    long plainUsed() {
        return plainUsed;
    }

    /** Octets backed by the disk. */
    long backedUsed() {
        return backedUsed;
    }

    /** Lets go of everything. */
    void close() {
        for (Slab slab : slabs) {
            if (slab != null) {
                letGo(slab);
            }
        }
        slabs.clear();
        withRoom.clear();
    }
}
