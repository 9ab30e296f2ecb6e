package org.postern.queue.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postern.queue.index.EntryIndex;
import org.postern.queue.spool.SpoolAlarm;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.disk.Disk;
import org.postern.queue.spool.disk.DiskFile;

/**
 * Reads the log at start: decides what to believe, applies it to the index, cuts torn tails, puts
 * aside what is damaged. Used once, on the opening thread.
 */
final class Recovery {
    private final Disk disk;
    private final SpoolOptions options;
    private final SpoolListener listener;
    private final SegmentStore store;
    private final CorruptFolder corrupt;
    private final long spoolName;

    private long lastLsn;
    private long believedLsn;
    private long spoolMillis;
    private boolean damage;

    private final Replay replay;

    Recovery(
            Disk disk,
            SpoolOptions options,
            SpoolListener listener,
            SegmentStore store,
            EntryIndex index,
            SpoolId spoolId) {
        this.disk = disk;
        this.options = options;
        this.listener = listener;
        this.store = store;
        this.corrupt = new CorruptFolder(disk, options.directory());
        this.spoolName = spoolId.name();
        this.replay = new Replay(index, spoolId.firstId());
    }

    /** Highest LSN found, believed or not. */
    long lastLsn() {
        return lastLsn;
    }

    /** Highest LSN believed. */
    long believedLsn() {
        return believedLsn;
    }

    /** Highest spool time found. */
    long spoolMillis() {
        return spoolMillis;
    }

    /** Ids below may have been given out. */
    long idCeiling() {
        return replay.idCeiling();
    }

    /** Whether anything was damaged. */
    boolean foundDamage() {
        return damage;
    }

    /** Content length of each live large message by its id. */
    Map<Long, Long> large() {
        return replay.large();
    }

    /** A segment file and what its header says, null when that does not hold its checksum. */
    private record Candidate(
            int number, Path path, @Nullable SegmentHeader header, @Nullable SegmentEnd end) {}

    void run() throws IOException {
        List<Candidate> candidates = candidates();
        for (int i = 0; i < candidates.size(); i++) {
            read(candidates.get(i), i + 1 < candidates.size() ? candidates.get(i + 1) : null);
        }
        replay.openBooks(store);
    }

    /** Looks at all headers before anything is changed, so that a wrong version changes nothing. */
    private List<Candidate> candidates() throws IOException {
        List<Candidate> found = new ArrayList<>();
        List<Path> strangers = new ArrayList<>();
        for (Path path : disk.list(options.directory().resolve("log"))) {
            int number = Segment.numberOf(path);
            if (number == 0) {
                String name = String.valueOf(path.getFileName());
                if (!name.startsWith("spare.seg")
                        && !name.startsWith("reserve.seg")
                        && !Digest.isDigest(path)) {
                    notice(path, "this file is none of the spool's; it is left alone");
                }
                continue;
            }
            store.noteNumber(number);
            ByteBuffer start = start(path);
            SegmentHeader header = SegmentHeader.decode(start);
            if (header != null && header.version() != SegmentHeader.VERSION) {
                throw new SpoolException(
                        SpoolException.Kind.NOT_OPENED,
                        path
                                + ": this segment has format version "
                                + header.version()
                                + ", this Postern knows "
                                + SegmentHeader.VERSION
                                + "; start the version that wrote it and let it drain");
            }
            if (header != null && (header.spoolName() != spoolName || header.number() != number)) {
                strangers.add(path);
            } else {
                SegmentEnd end =
                        start.limit() < SegmentEnd.FIRST_RECORD
                                ? null
                                : SegmentEnd.decode(start.slice(SegmentEnd.AT, SegmentEnd.BYTES));
                found.add(new Candidate(number, path, header, end));
            }
        }
        for (Path path : strangers) {
            damaged(path, "it belongs to another place of the log, or to another spool");
            corrupt.take(path, "Its header names another segment or another spool.");
        }
        return found;
    }

    private ByteBuffer start(Path path) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(SegmentEnd.FIRST_RECORD);
        try (DiskFile file = disk.open(path, false)) {
            file.read(bytes, 0);
        }
        return bytes.flip();
    }

    private void read(Candidate c, @Nullable Candidate next) throws IOException {
        DiskFile file = disk.open(c.path(), true);
        // what is only in the page cache is not durable yet
        file.force(true);
        SegmentScanner scanner = new SegmentScanner(file);
        SegmentHeader header = c.header();
        if (header == null && scanner.endOfNonZero(SegmentHeader.BYTES) <= SegmentHeader.BYTES) {
            // crash point 3: no record can be in it
            file.close();
            disk.delete(c.path());
            disk.forceDirectory(options.directory().resolve("log"));
            return;
        }
        if (header != null) {
            lastLsn = Math.max(lastLsn, header.baseLsn() - 1);
            replay.raiseIdCeiling(header.idCeiling());
            spoolMillis = Math.max(spoolMillis, header.spoolMillis());
        }
        Segment segment =
                new Segment(
                        c.number(),
                        c.path(),
                        file,
                        (int) Math.min(scanner.size(), Integer.MAX_VALUE),
                        SegmentEnd.FIRST_RECORD,
                        false);
        segment.left = true;
        store.add(segment);
        if (header == null) {
            damaged(c.path(), "its header does not hold its checksum");
            segment.damaged = true;
        }
        SegmentEnd end = c.end();
        if (header != null && end != null && digested(segment, end, scanner.size())) {
            return;
        }
        segment.ended = end != null;
        records(segment, scanner, header, bound(c, next));
        if (!segment.damaged && !segment.ended && next == null) {
            store.end(segment);
        }
    }

    /** The LSN up to which a segment must be whole, the highest number when that is not known. */
    private static long bound(Candidate c, @Nullable Candidate next) {
        if (c.end() != null) {
            return c.end().lastLsn();
        }
        if (next == null || next.header() == null || next.number() != c.number() + 1) {
            return Long.MAX_VALUE;
        }
        return next.header().forcedLsn();
    }

    private void records(
            Segment segment, SegmentScanner scanner, @Nullable SegmentHeader header, long bound)
            throws IOException {
        long expected = header == null ? -1 : header.baseLsn();
        long at = SegmentEnd.FIRST_RECORD;
        segment.lastLsn = header == null ? 0 : header.baseLsn() - 1;
        while (expected <= bound) {
            SegmentScanner.Found found = scanner.read(at);
            if (found == null || (expected >= 0 && found.header().lsn() != expected)) {
                found = behindDamage(scanner, at, expected, bound);
                if (found == null) {
                    break;
                }
                damaged(segment.path, "octets " + at + " to " + found.offset() + " cannot be read");
                segment.damaged = true;
            }
            if (found.header().lsn() > bound) {
                break;
            }
            apply(segment, found);
            believedLsn = Math.max(believedLsn, found.header().lsn());
            segment.lastLsn = found.header().lsn();
            expected = found.header().lsn() + 1;
            at = found.end();
        }
        segment.end = (int) at;
        if (bound == Long.MAX_VALUE) {
            cut(segment, scanner, at);
        } else {
            unbelieved(scanner, at);
            if (expected >= 0 && expected <= bound) {
                damaged(
                        segment.path,
                        "records " + expected + " to " + bound + " are missing at its end");
                segment.damaged = true;
            }
        }
    }

    /**
     * What follows a bad record that had been forced: a whole record that could only be written
     * after that. Null if there is none: then the bad record is the torn end.
     */
    private SegmentScanner.@Nullable Found behindDamage(
            SegmentScanner scanner, long at, long expected, long bound) throws IOException {
        SegmentScanner.Found found = scanner.search(at);
        while (found != null) {
            RecordHeader h = found.header();
            boolean later = h.lsn() > expected;
            boolean proof = bound != Long.MAX_VALUE || h.forcedLsn() >= expected;
            if (later && proof && h.lsn() <= bound) {
                return found;
            }
            lastLsn = Math.max(lastLsn, h.lsn());
            found = scanner.search(found.offset());
        }
        return null;
    }

    /** Records of a failed group: not believed, but their numbers are used up. */
    private void unbelieved(SegmentScanner scanner, long from) throws IOException {
        SegmentScanner.Found found = scanner.read(from);
        while (found != null) {
            lastLsn = Math.max(lastLsn, found.header().lsn());
            found = scanner.read(found.end());
        }
    }

    private void cut(Segment segment, SegmentScanner scanner, long at) throws IOException {
        if (scanner.size() <= at) {
            return;
        }
        long end = scanner.endOfNonZero(at);
        if (end > at) {
            Path kept = corrupt.keepTail(segment, at, end);
            notice(
                    segment.path,
                    "a torn tail of "
                            + (end - at)
                            + " octets was cut off; no message in it had been acknowledged. Kept as"
                            + " "
                            + kept);
        }
        segment.file.truncate(at);
        segment.file.force(true);
    }

    private void apply(Segment segment, SegmentScanner.Found found) {
        RecordHeader header = found.header();
        lastLsn = Math.max(lastLsn, header.lsn());
        spoolMillis = Math.max(spoolMillis, header.spoolMillis());
        try {
            replay.apply(segment.number, found.offset(), Facts.of(found, replay::route));
        } catch (SpoolException e) {
            damaged(segment.path, "record at " + found.offset() + ": " + e.getMessage());
            segment.damaged = true;
        }
    }

    /** Takes a finished segment's facts from its digest; false if it has to be read. */
    private boolean digested(Segment segment, SegmentEnd end, long size) throws IOException {
        Digest digest = Digest.read(disk, segment.path, segment.number, end);
        if (digest == null || size < end.end()) {
            return false;
        }
        digest.replay(segment.number, replay);
        lastLsn = Math.max(lastLsn, end.lastLsn());
        believedLsn = Math.max(believedLsn, end.lastLsn());
        spoolMillis = Math.max(spoolMillis, digest.spoolMillis());
        segment.lastLsn = end.lastLsn();
        segment.end = (int) end.end();
        segment.ended = true;
        segment.digested = true;
        return true;
    }

    private void damaged(Path path, String what) {
        damage = true;
        listener.alarm(new SpoolAlarm(SpoolAlarm.Kind.DAMAGE, path.toString(), what));
    }

    private void notice(Path path, String what) {
        listener.alarm(new SpoolAlarm(SpoolAlarm.Kind.NOTICE, path.toString(), what));
    }
}
