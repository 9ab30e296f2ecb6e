package org.postern.queue.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.postern.queue.spool.disk.Disk;
import org.postern.queue.spool.disk.DiskFile;

/**
 * Collects records for a segment and writes them in large pieces that end where a page ends: of a
 * page that is written in part the system would have to read the rest first. Behind the last record
 * that is zeros, over the zeros that stand there. Used by the writer alone.
 */
final class GroupBuffer {
    private static final int BYTES = 1 << 20;
    private static final byte[] PADDING = new byte[8];

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);
    private int at;
    private int capacity;

    /** Begins a group at this offset of a segment that may hold so much. */
    void begin(int offset, int segmentCapacity) {
        at = offset;
        capacity = segmentCapacity;
        clear();
    }

    /** Makes room up to the end of a page. */
    private void clear() {
        buffer.clear().limit(BYTES - at % Disk.PAGE);
    }

    /** Adds a record; writes to the file when the buffer is full. */
    void put(DiskFile file, RecordHeader header, Payload payload) throws IOException {
        if (buffer.remaining() < RecordHeader.BYTES) {
            drain(file);
        }
        header.put(buffer);
        put(file, payload.head(), payload.head().length);
        put(file, payload.body(), payload.bodyLength());
        put(file, PADDING, header.space() - RecordHeader.BYTES - payload.length());
    }

    private void put(DiskFile file, byte[] bytes, int length) throws IOException {
        for (int done = 0; done < length; ) {
            if (!buffer.hasRemaining()) {
                drain(file);
            }
            int n = Math.min(buffer.remaining(), length - done);
            buffer.put(bytes, done, n);
            done += n;
        }
    }

    /** Writes what is left. */
    void drain(DiskFile file) throws IOException {
        int end = at + buffer.position();
        int pageEnd = Math.min(capacity, (end + Disk.PAGE - 1) & -Disk.PAGE);
        while (at + buffer.position() < pageEnd && buffer.hasRemaining()) {
            buffer.put((byte) 0);
        }
        buffer.flip();
        file.write(buffer, at);
        at = end;
        clear();
    }

    /** Offset behind what was written. */
    int at() {
        return at;
    }
}
