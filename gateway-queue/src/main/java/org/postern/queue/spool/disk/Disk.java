package org.postern.queue.spool.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The file system, as far as the spool needs it. Thread-safe. Every method fails with the system's
 * own {@link IOException}; what a failure means is the spool's business.
 */
public interface Disk {
    /** The machine's file system. */
    static Disk real() {
        return NioDisk.INSTANCE;
    }

    /** Creates a file for reading and writing; it must not exist. */
    DiskFile create(Path file) throws IOException;

    /** Opens a file that exists. */
    DiskFile open(Path file, boolean writable) throws IOException;

    /** Creates a directory and those above it, where they are missing. */
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
