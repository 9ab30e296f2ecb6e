package org.postern.queue.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postern.queue.index.EntryIndex;
import org.postern.queue.spool.EntryState;
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
    private final EntryIndex index;
    private final CorruptFolder corrupt;
    private final long spoolName;

    private long lastLsn;
    private long believedLsn;
    private long spoolMillis;
    private long idCeiling;
    private boolean damage;

    /** Content length of each live large message. */
    private final Map<Long, Long> large = new HashMap<>();

    /**
     * A STATE that comes before its message, because compaction has moved the message behind it.
     */
    private record EarlyState(int segment, int offset, EntryState state, int wake) {
        boolean applyTo(EntryIndex index, long id) {
            return index.setState(id, segment, offset, state, wake) != null;
        }
    }

    private final Map<Long, EarlyState> early = new HashMap<>();

    /** Notes on segments that DONE records and copies speak of: from, to. */
    private final List<int[]> speaksOf = new ArrayList<>();

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
        this.index = index;
        this.corrupt = new CorruptFolder(disk, options.directory());
        this.spoolName = spoolId.name();
        this.idCeiling = spoolId.firstId();
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
        return idCeiling;
    }

    /** Whether anything was damaged. */
    boolean foundDamage() {
        return damage;
    }

    /** Content length of each live large message by its id. */
    Map<Long, Long> large() {
        return large;
    }

    /** A segment file and what its header says, null when that does not hold its checksum. */
    private record Candidate(
            int number, Path path, @Nullable SegmentHeader header, @Nullable SegmentEnd end) {}

    void run() throws IOException {
        List<Candidate> candidates = candidates();
        for (int i = 0; i < candidates.size(); i++) {
            read(candidates.get(i), i + 1 < candidates.size() ? candidates.get(i + 1) : null);
        }
        for (int[] pair : speaksOf) {
            store.speaksOf(pair[0], pair[1]);
        }
        EntryIndex.Walk walk = index.walk(Set.of(EntryState.values()));
        for (var slots = walk.next(); slots != null; slots = walk.next()) {
            for (var slot : slots) {
                store.messageAt(slot.segment(), slot.size());
                store.stateMoved(0, slot.stateSegment());
            }
        }
    }

    /** Looks at all headers before anything is changed, so that a wrong version changes nothing. */
    private List<Candidate> candidates() throws IOException {
        List<Candidate> found = new ArrayList<>();
        List<Path> strangers = new ArrayList<>();
        for (Path path : disk.list(options.directory().resolve("log"))) {
            int number = Segment.numberOf(path);
            if (number == 0) {
                String name = String.valueOf(path.getFileName());
                if (!name.startsWith("spare.seg") && !name.startsWith("reserve.seg")) {
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
            idCeiling = Math.max(idCeiling, header.idCeiling());
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
        segment.ended = c.end() != null;
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
            switch (header.type()) {
                case MESSAGE -> message(segment, found);
                case STATE -> state(segment, found);
                case DONE -> {
                    Decoder in = new Decoder(found.payload());
                    long id = in.i64();
                    speaksOf.add(new int[] {segment.number, in.i32()});
                    index.remove(id);
                    large.remove(id);
                    early.remove(id);
                }
                case CLOCK -> idCeiling = Math.max(idCeiling, new Decoder(found.payload()).i64());
            }
        } catch (SpoolException e) {
            damaged(segment.path, "record at " + found.offset() + ": " + e.getMessage());
            segment.damaged = true;
        }
    }

    private void state(Segment segment, SegmentScanner.Found found) throws SpoolException {
        EntryStatus.Brief s = EntryStatus.brief(found.payload());
        long wake = s.state() == EntryState.TRASH ? s.trashUntil() : s.dueMillis();
        EarlyState state =
                new EarlyState(
                        segment.number, found.offset(), s.state(), SpoolClock.secondsUp(wake));
        if (!state.applyTo(index, s.id())) {
            early.put(s.id(), state);
        }
    }

    private void message(Segment segment, SegmentScanner.Found found) throws SpoolException {
        MessageRecord m = MessageRecord.decode(found.payload());
        idCeiling = Math.max(idCeiling, m.id() + 1);
        if (m.copiedFrom() != 0) {
            speaksOf.add(new int[] {segment.number, m.copiedFrom()});
        }
        if (m.large()) {
            large.put(m.id(), m.contentLength());
        }
        index.put(
                m.id(),
                segment.number,
                found.offset(),
                (int) (m.acceptedMillis() / 1000),
                (int) (m.acceptedMillis() / 1000),
                index.route(Routes.of(m.meta().envelope())),
                (int) Math.min(Integer.MAX_VALUE, m.contentLength()));
        EarlyState state = early.remove(m.id());
        if (state != null) {
            state.applyTo(index, m.id());
        }
    }

    private void damaged(Path path, String what) {
        damage = true;
        listener.alarm(new SpoolAlarm(SpoolAlarm.Kind.DAMAGE, path.toString(), what));
    }

    private void notice(Path path, String what) {
        listener.alarm(new SpoolAlarm(SpoolAlarm.Kind.NOTICE, path.toString(), what));
    }
}
