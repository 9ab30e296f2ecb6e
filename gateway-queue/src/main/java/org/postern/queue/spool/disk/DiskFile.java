package org.postern.queue.spool.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file. Reads may come from any thread at once; writes and forces from one at a time. */
public interface DiskFile extends Closeable {
    /**
     * Reads from {@code position} until the buffer is full or the file ends.
     *
     * @return octets read, 0 at the end of the file
     */
    int read(ByteBuffer into, long position) throws IOException;

    /**
     * Writes the whole buffer at {@code position}.
     *
     * @throws IOException if any of it could not be written; how much was is unknown
     */
    void write(ByteBuffer from, long position) throws IOException;

    /**
     * Makes everything written so far durable.
     *
     * @param metadata whether the size may have changed since the last force
     * @throws IOException if it may not be durable; calling again proves nothing
     */
    void force(boolean metadata) throws IOException;

    /** Cuts the file to {@code size} octets. */
    void truncate(long size) throws IOException;

    /** The size in octets. */
    long size() throws IOException;
}
