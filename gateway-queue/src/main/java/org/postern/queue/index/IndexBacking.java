package org.postern.queue.index;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Gives the index memory that the kernel can page out to a disk. */
@FunctionalInterface
public interface IndexBacking {
    /** None: all of the index stays in plain memory. */
    IndexBacking NONE = (bytes, arena) -> arena.allocate(bytes);

    /**
     * Zeroed memory of this many octets, with its room on the disk already taken, until the arena
     * is closed. Nobody reads it after that, nor after a crash.
     *
     * @throws IOException if the disk has no room for it or cannot be written
     */
    MemorySegment map(long bytes, Arena arena) throws IOException;
}
