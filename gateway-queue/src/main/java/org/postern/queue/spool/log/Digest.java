package org.postern.queue.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.postern.queue.spool.EntryState;
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

    /** 2: routes by number, holds at acceptance, fingerprints. */
    private static final int VERSION = 2;

    /** A segment with more records is read: its digest would be as large as itself. */
    private static final int MAX_RECORDS = 500_000;

    private static final int MAX_BYTES = 64 << 20;
    private static final int HEAD = 28;
    private static final int LARGE = 1;
    private static final int HELD = 2;

    private final ByteBuffer facts;
    private final long spoolMillis;

    private Digest(ByteBuffer facts, long spoolMillis) {
        this.facts = facts;
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
        Map<String, Integer> routes = new LinkedHashMap<>();
        Encoder rows = new Encoder(1 << 16);
        long spoolMillis = 0;
        long lsn = -1;
        int at = SegmentEnd.FIRST_RECORD;
        for (int count = 0; at < segment.end; count++) {
            SegmentScanner.Found found = scanner.read(at);
            if (found == null || count == MAX_RECORDS) {
                return;
            }
            Facts one = Facts.of(found, r -> routes.computeIfAbsent(r, x -> routes.size()));
            encode(rows, found.offset(), one);
            spoolMillis = Math.max(spoolMillis, found.header().spoolMillis());
            lsn = found.header().lsn();
            at = found.end();
        }
        if (lsn >= 0 && lsn != segment.lastLsn) {
            return;
        }
        Encoder out = new Encoder(rows.length() + (1 << 12));
        out.i32(MAGIC).i32(VERSION).i32(segment.number).i64(segment.lastLsn).i64(segment.end);
        out.i32(routes.size());
        routes.keySet().forEach(out::text);
        out.raw(rows.toArray()).i64(spoolMillis);
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

    private static void encode(Encoder out, int offset, Facts facts) {
        switch (facts) {
            case Facts.Message m -> {
                out.u8(RecordType.MESSAGE.code()).i32(offset);
                out.i64(m.id()).i64(m.acceptedMillis()).i32(m.copiedFrom());
                out.u8((m.large() ? LARGE : 0) | (m.held() ? HELD : 0)).i64(m.contentLength());
                out.i32(m.route()).i32(m.sender()).i32(m.senderDomain()).i32(m.recipient());
            }
            case Facts.State s ->
                    out.u8(RecordType.STATE.code())
                            .i32(offset)
                            .i64(s.id())
                            .u8(s.state().code())
                            .i64(s.wakeMillis());
            case Facts.Done d ->
                    out.u8(RecordType.DONE.code()).i32(offset).i64(d.id()).i32(d.target());
            case Facts.Clock c -> out.u8(RecordType.CLOCK.code()).i32(offset).i64(c.ceiling());
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
            if (file.size() < HEAD + 16 || file.size() > MAX_BYTES) {
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
        return holds
                ? new Digest(bytes.slice(HEAD, length - 8 - HEAD), bytes.getLong(length - 8))
                : null;
    }

    /** Highest spool time in the segment. */
    long spoolMillis() {
        return spoolMillis;
    }

    /** Applies all facts. */
    void replay(int segment, Replay replay) throws SpoolException {
        ByteBuffer left = facts.duplicate();
        Decoder in = new Decoder(left);
        int[] routes = new int[in.count(4)];
        for (int i = 0; i < routes.length; i++) {
            routes[i] = replay.route(in.text());
        }
        while (left.hasRemaining()) {
            int code = in.u8();
            RecordType type = RecordType.of(code);
            if (type == null) {
                throw Decoder.damaged("a record of type " + code);
            }
            replay.apply(segment, in.i32(), decode(type, in, routes));
        }
    }

    private static Facts decode(RecordType type, Decoder in, int[] routes) throws SpoolException {
        return switch (type) {
            case MESSAGE -> {
                long id = in.i64();
                long accepted = in.i64();
                int copiedFrom = in.i32();
                int flags = in.u8();
                yield new Facts.Message(
                        id,
                        accepted,
                        copiedFrom,
                        (flags & LARGE) != 0,
                        (flags & HELD) != 0,
                        in.i64(),
                        routes[in.i32()],
                        in.i32(),
                        in.i32(),
                        in.i32());
            }
            case STATE -> new Facts.State(in.i64(), in.oneOf(EntryState.values()), in.i64());
            case DONE -> new Facts.Done(in.i64(), in.i32());
            case CLOCK -> new Facts.Clock(in.i64());
        };
    }
}
