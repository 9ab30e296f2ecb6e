package org.postern.queue.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.disk.Disk;
import org.postern.queue.spool.disk.DiskFile;

/**
 * The facts of a finished segment in a file beside it, so that a start need not read the content of
 * all queued mail. Derived: one that is missing, cut or belongs to another end of the segment is
 * ignored, and the segment is read.
 */
final class Digest {
    private static final int MAGIC = 0x506f4467; // "PoDg"
    private static final int VERSION = 1;

    /** A segment with more records is read: its digest would be as large as itself. */
    private static final int MAX_RECORDS = 500_000;

    private static final int MAX_BYTES = 64 << 20;

    private final ByteBuffer records;
    private final long spoolMillis;

    private Digest(ByteBuffer records, long spoolMillis) {
        this.records = records;
        this.spoolMillis = spoolMillis;
    }

    static Path path(Path segment) {
        return segment.resolveSibling(segment.getFileName() + ".digest");
    }

    /** Whether a file is a digest; they are no strangers in the log's folder. */
    static boolean isDigest(Path path) {
        return String.valueOf(path.getFileName()).endsWith(".seg.digest");
    }

    /**
     * Writes the digest of a segment that has its end. A segment in which anything does not hold
     * its checksum gets none: the next start shall see for itself.
     */
    static void write(Disk disk, Segment segment) throws IOException {
        SegmentScanner scanner = new SegmentScanner(segment.file);
        Encoder out = new Encoder(1 << 16);
        out.i32(MAGIC).i32(VERSION).i32(segment.number).i64(segment.lastLsn).i64(segment.end);
        long spoolMillis = 0;
        long lsn = -1;
        int at = SegmentEnd.FIRST_RECORD;
        for (int count = 0; at < segment.end; count++) {
            SegmentScanner.Found found = scanner.read(at);
            if (found == null || count == MAX_RECORDS) {
                return;
            }
            out.i32(found.offset());
            Facts.of(found).encode(out);
            spoolMillis = Math.max(spoolMillis, found.header().spoolMillis());
            lsn = found.header().lsn();
            at = found.end();
        }
        if (lsn >= 0 && lsn != segment.lastLsn) {
            return;
        }
        out.i64(spoolMillis);
        byte[] bytes = out.toArray();
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        Path path = path(segment.path);
        disk.delete(path);
        try (DiskFile file = disk.create(path)) {
            file.write(ByteBuffer.wrap(bytes), 0);
            file.write(ByteBuffer.allocate(4).putInt((int) crc.getValue()).flip(), bytes.length);
            file.force(true);
        }
    }

    /** The digest of a segment with this number and end; null if there is none that holds. */
    static @Nullable Digest read(Disk disk, Path segment, int number, SegmentEnd end)
            throws IOException {
        Path path = path(segment);
        if (!disk.exists(path)) {
            return null;
        }
        ByteBuffer bytes;
        try (DiskFile file = disk.open(path, false)) {
            if (file.size() < 40 || file.size() > MAX_BYTES) {
                return null;
            }
            bytes = ByteBuffer.allocate((int) file.size());
            file.read(bytes, 0);
        }
        bytes.flip();
        int length = bytes.limit() - 4;
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().limit(length));
        boolean holds =
                bytes.getInt(length) == (int) crc.getValue()
                        && bytes.getInt(0) == MAGIC
                        && bytes.getInt(4) == VERSION
                        && bytes.getInt(8) == number
                        && bytes.getLong(12) == end.lastLsn()
                        && bytes.getLong(20) == end.end();
        return holds ? new Digest(bytes.slice(28, length - 36), bytes.getLong(length - 8)) : null;
    }

    /** Highest spool time in the segment. */
    long spoolMillis() {
        return spoolMillis;
    }

    /** Applies all facts. */
    void replay(int segment, Replay replay) throws SpoolException {
        ByteBuffer left = records.duplicate();
        Decoder in = new Decoder(left);
        while (left.hasRemaining()) {
            int offset = in.i32();
            replay.apply(segment, offset, Facts.decode(in));
        }
    }
}
