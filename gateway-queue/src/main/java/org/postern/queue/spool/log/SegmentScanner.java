package org.postern.queue.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.postern.queue.spool.disk.DiskFile;

/** Reads the records of a segment one after the other and says where they stop. */
final class SegmentScanner {
    private static final int WINDOW = 1 << 20;

    private final DiskFile file;
    private final long size;
    private ByteBuffer window = ByteBuffer.allocate(WINDOW);
    private long windowAt;

    SegmentScanner(DiskFile file) throws IOException {
        this.file = file;
        this.size = file.size();
        window.limit(0);
    }

    /**
     * A record that holds its checksums.
     *
     * @param offset where it begins
     * @param header its header
     * @param payload its payload, valid until the next read
     */
    record Found(int offset, RecordHeader header, ByteBuffer payload) {
        int end() {
            return offset + header.space();
        }
    }

    long size() {
        return size;
    }

    /** The record at {@code offset}, null if there is none that is whole. */
    @Nullable Found read(long offset) throws IOException {
        if (offset + RecordHeader.BYTES > size) {
            return null;
        }
        int at = need(offset, RecordHeader.BYTES);
        RecordHeader header = RecordHeader.get(window, at);
        if (header == null || offset + RecordHeader.BYTES + header.length() > size) {
            return null;
        }
        at = need(offset, RecordHeader.BYTES + header.length());
        ByteBuffer payload = window.slice(at + RecordHeader.BYTES, header.length());
        CRC32C crc = new CRC32C();
        crc.update(payload.duplicate());
        if ((int) crc.getValue() != header.payloadCrc()) {
            return null;
        }
        return new Found((int) offset, header, payload);
    }

    /** The next whole record behind {@code offset}, null if there is none to the file's end. */
    @Nullable Found search(long offset) throws IOException {
        for (long at = offset + 8; at + RecordHeader.BYTES <= size; at += 8) {
            int i = need(at, RecordHeader.BYTES);
            if (window.getInt(i) == RecordHeader.MAGIC) {
                Found found = read(at);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    /** Where the last octet that is not zero ends, from {@code offset} on. */
    long endOfNonZero(long offset) throws IOException {
        long end = offset;
        for (long at = offset; at < size; ) {
            int i = need(at, 1);
            int n = window.limit() - i;
            for (int k = 0; k < n; k++) {
                if (window.get(i + k) != 0) {
                    end = at + k + 1;
                }
            }
            at += n;
        }
        return end;
    }

    /** Sees to it that the window holds these octets; returns where in it they begin. */
    private int need(long offset, int length) throws IOException {
        if (offset >= windowAt && offset + length <= windowAt + window.limit()) {
            return (int) (offset - windowAt);
        }
        if (length > window.capacity()) {
            window = ByteBuffer.allocate(Math.max(length, window.capacity() * 2));
        }
        window.clear();
        file.read(window, offset);
        window.flip();
        windowAt = offset;
        if (window.limit() < length) {
            throw new IOException("the file ends within " + length + " octets at " + offset);
        }
        return 0;
    }
}
