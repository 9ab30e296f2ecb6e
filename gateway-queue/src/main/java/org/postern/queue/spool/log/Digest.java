package org.postern.queue.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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
 *
 * <p>Written and read by blocks: a segment may hold a million ends of messages, or at its largest
 * sixteen, and neither takes more memory than one block.
 */
final class Digest {
    private static final int MAGIC = 0x506f4467; // "PoDg"

    /** 3: in blocks, routes where they are first named. */
    private static final int VERSION = 3;

    private static final int HEAD = 28;

    /** Octets after which a block is written; one long route makes it longer. */
    private static final int BLOCK = 1 << 16;

    /** Before each block: its length, never 0, and its checksum. */
    private static final int BLOCK_HEAD = 8;

    /** At the end: 0 for a length, spool time, the checksum of head, blocks' checksums and time. */
    private static final int TRAILER = 16;

    /** Where a row's type stands otherwise: the next number's route. */
    private static final int ROUTE = 0;

    private static final int LARGE = 1;
    private static final int HELD = 2;

    private final Disk disk;
    private final Path file;
    private final long spoolMillis;

    private Digest(Disk disk, Path file, long spoolMillis) {
        this.disk = disk;
        this.file = file;
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
        Path path = path(segment.path);
        disk.delete(path);
        boolean whole;
        try (DiskFile file = disk.create(path)) {
            whole = new Blocks(file, head(segment)).writeFacts(segment);
            file.force(true);
        }
        if (!whole) {
            disk.delete(path);
        }
    }

    private static ByteBuffer head(Segment segment) {
        return head(segment.number, segment.lastLsn, segment.end);
    }

    private static ByteBuffer head(int number, long lastLsn, long end) {
        return ByteBuffer.allocate(HEAD)
                .putInt(MAGIC)
                .putInt(VERSION)
                .putInt(number)
                .putLong(lastLsn)
                .putLong(end)
                .flip();
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }

    /** A file that grows by blocks. */
    private static final class Blocks {
        private final DiskFile file;
        private final CRC32C all = new CRC32C();
        private final Map<String, Integer> routes = new HashMap<>();
        private Encoder rows = new Encoder(2 * BLOCK);
        private long at = HEAD;

        Blocks(DiskFile file, ByteBuffer head) throws IOException {
            this.file = file;
            all.update(head.duplicate());
            file.write(head, 0);
        }

        /** False if the segment does not hold what it should. */
        boolean writeFacts(Segment segment) throws IOException {
            SegmentScanner scanner = new SegmentScanner(segment.file);
            long spoolMillis = 0;
            long lsn = -1;
            for (int from = SegmentEnd.FIRST_RECORD; from < segment.end; ) {
                SegmentScanner.Found found = scanner.read(from);
                if (found == null) {
                    return false;
                }
                // a route that is new gets a row of its own here, before the one that names it
                encode(rows, found.offset(), Facts.of(found, this::number));
                spoolMillis = Math.max(spoolMillis, found.header().spoolMillis());
                lsn = found.header().lsn();
                from = found.end();
                if (rows.length() >= BLOCK || from >= segment.end) {
                    block(rows.toArray());
                    rows = new Encoder(2 * BLOCK);
                }
            }
            end(spoolMillis);
            return lsn < 0 || lsn == segment.lastLsn;
        }

        private int number(String route) {
            Integer known = routes.putIfAbsent(route, routes.size());
            if (known != null) {
                return known;
            }
            rows.u8(ROUTE).text(route);
            return routes.size() - 1;
        }

        private void block(byte[] bytes) throws IOException {
            ByteBuffer head = ByteBuffer.allocate(BLOCK_HEAD).putInt(bytes.length);
            head.putInt(crc(ByteBuffer.wrap(bytes))).flip();
            all.update(head.duplicate());
            file.write(head, at);
            file.write(ByteBuffer.wrap(bytes), at + BLOCK_HEAD);
            at += BLOCK_HEAD + bytes.length;
        }

        private void end(long spoolMillis) throws IOException {
            ByteBuffer trailer = ByteBuffer.allocate(TRAILER).putInt(0).putLong(spoolMillis);
            all.update(trailer.duplicate().flip());
            file.write(trailer.putInt((int) all.getValue()).flip(), at);
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
        try (DiskFile file = disk.open(path, false)) {
            ByteBuffer head = read(file, 0, HEAD);
            if (!head.equals(head(number, end.lastLsn(), end.end()))) {
                return null;
            }
            CRC32C all = new CRC32C();
            all.update(head);
            long left = file.size() - HEAD;
            long at = HEAD;
            while (left >= TRAILER) {
                ByteBuffer before = read(file, at, TRAILER);
                int length = before.getInt(0);
                if (length == 0) {
                    all.update(before.duplicate().limit(TRAILER - 4));
                    return left == TRAILER && before.getInt(TRAILER - 4) == (int) all.getValue()
                            ? new Digest(disk, path, before.getLong(4))
                            : null;
                }
                if (length < 0
                        || length > left - BLOCK_HEAD
                        || crc(read(file, at + BLOCK_HEAD, length)) != before.getInt(4)) {
                    return null;
                }
                all.update(before.duplicate().limit(BLOCK_HEAD));
                at += BLOCK_HEAD + length;
                left -= BLOCK_HEAD + length;
            }
            return null;
        }
    }

    /** So many octets, or fewer where the file ends. */
    private static ByteBuffer read(DiskFile file, long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        file.read(bytes, at);
        return bytes.flip();
    }

    /** Highest spool time in the segment. */
    long spoolMillis() {
        return spoolMillis;
    }

    /** Applies all facts. */
    void replay(int segment, Replay replay) throws IOException {
        List<Integer> routes = new ArrayList<>();
        try (DiskFile open = disk.open(file, false)) {
            long at = HEAD;
            int length = read(open, at, BLOCK_HEAD).getInt(0);
            while (length != 0) {
                ByteBuffer rows = read(open, at + BLOCK_HEAD, length);
                Decoder in = new Decoder(rows);
                while (rows.hasRemaining()) {
                    int code = in.u8();
                    if (code == ROUTE) {
                        routes.add(replay.route(in.text()));
                        continue;
                    }
                    RecordType type = RecordType.of(code);
                    if (type == null) {
                        throw Decoder.damaged("a record of type " + code);
                    }
                    replay.apply(segment, in.i32(), decode(type, in, routes));
                }
                at += BLOCK_HEAD + length;
                length = read(open, at, BLOCK_HEAD).getInt(0);
            }
        }
    }

    private static Facts decode(RecordType type, Decoder in, List<Integer> routes)
            throws SpoolException {
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
                        routes.get(in.i32()),
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
