package org.postern.queue.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.postern.queue.spool.disk.DiskFile;

/** Collects records for a segment and writes them in large pieces. Used by the writer alone. */
final class GroupBuffer {
    private static final int BYTES = 1 << 20;
    private static final byte[] PADDING = new byte[8];

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);
    private int at;

    /** Begins a group at this offset of a segment. */
    void begin(int offset) {
        buffer.clear();
        at = offset;
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
        buffer.flip();
        int length = buffer.remaining();
        file.write(buffer, at);
        at += length;
        buffer.clear();
    }

    /** Offset behind what was written. */
    int at() {
        return at;
    }
}
