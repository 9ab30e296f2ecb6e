package org.postern.queue.spool.disk;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The file system, as far as the spool needs it. Thread-safe. Every method fails with the system's
 * own {@link IOException}; what a failure means is the spool's business.
 */
public interface Disk {
    /** What a disk and the system's cache read and write as a whole, in octets; nearly always. */
    int PAGE = 4096;

    /** Octets of zeros written at once. */
    int ZEROS = 1 << 20;

    /** The machine's file system. */
    static Disk real() {
        return NioDisk.INSTANCE;
    }

    /** Creates a file for reading and writing; it must not exist. */
    DiskFile create(Path file) throws IOException;

    /** Opens a file that exists. */
    DiskFile open(Path file, boolean writable) throws IOException;

    /**
     * Creates a file of zeros, forced; it must not exist. Its octets need not be in the system's
     * cache afterwards: who writes to it does best to fill whole pages of {@link #PAGE}.
     *
     * @throws IOException if any of it could not be made durable; a file may be there all the same
     */
    default void createZeroed(Path file, int octets) throws IOException {
        try (DiskFile created = create(file)) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(Math.min(ZEROS, octets));
            for (int at = 0; at < octets; at += zeros.capacity()) {
                zeros.position(0).limit(Math.min(zeros.capacity(), octets - at));
                created.write(zeros, at);
            }
            created.force(true);
        }
    }

    /** Creates a directory and those above it, where they are missing, for the owner alone. */
    void createDirectories(Path directory) throws IOException;

    /** The entries of a directory, sorted by name. */
    List<Path> list(Path directory) throws IOException;

    /** Whether there is such a file or directory. */
    boolean exists(Path file);

    /**
     * Renames within one file system, replacing the target; durable once its directory is forced.
     */
    void rename(Path from, Path to) throws IOException;

    /** Deletes a file if it is there; durable once its directory is forced. */
    void delete(Path file) throws IOException;

    /** Makes the entries of a directory durable. */
    void forceDirectory(Path directory) throws IOException;

    /** Octets that may still be written in this directory. */
    long usableSpace(Path directory) throws IOException;

    /**
     * Free inodes in this directory's file system; {@link Long#MAX_VALUE} where it does not count
     * them, or nobody can tell.
     */
    default long usableInodes(Path directory) throws IOException {
        return Long.MAX_VALUE;
    }

    /**
     * Zeroed memory that the system may page out to this disk until the arena is closed. What
     * stands in it survives nothing. Its room is taken at once, so writing to it does not fail for
     * want of any.
     *
     * @param directory where a file without a name is made for it
     */
    default MemorySegment scratch(Path directory, long octets, Arena arena) throws IOException {
        return arena.allocate(octets);
    }

    /** Whether a file is one of {@link #scratch}'s that a crash has left. */
    static boolean isScratch(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.startsWith("scratch-") && name.endsWith(".tmp");
    }

    /**
     * Locks a file against other processes until it is closed.
     *
     * @throws IOException if it is locked already
     */
    Closeable lock(Path file) throws IOException;

    /** Whether an error says that there is no room: ENOSPC or EDQUOT. */
    static boolean saysFull(IOException e) {
        String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return text.contains("no space left") || text.contains("quota exceeded");
    }
}
