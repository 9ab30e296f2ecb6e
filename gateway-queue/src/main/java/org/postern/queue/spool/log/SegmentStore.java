package org.postern.queue.spool.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.disk.Disk;
import org.postern.queue.spool.disk.DiskFile;

/**
 * The files of the log: turns spare and reserve into segments, keeps the books on what is live,
 * deletes what nobody needs. The writer takes segments, the keeper thread does the rest.
 */
final class SegmentStore {

    /** A segment is sparse when less than this part of it is live content. */
    private static final int SPARSE = 5;

    private final Disk disk;
    private final SpoolOptions options;
    private final Path log;
    private final long spoolName;
    private final ConcurrentSkipListMap<Integer, Segment> segments = new ConcurrentSkipListMap<>();
    private final Preparer preparer;

    /** Numbers up to this one are used; by recovery, then by the writer. */
    private int highest;

    SegmentStore(Disk disk, SpoolOptions options, long spoolName, Preparer preparer) {
        this.disk = disk;
        this.options = options;
        this.log = options.directory().resolve("log");
        this.spoolName = spoolName;
        this.preparer = preparer;
    }

    /** Takes in a segment that recovery has read. */
    void add(Segment segment) {
        segments.put(segment.number, segment);
        noteNumber(segment.number);
    }

    /** Notes a number that must not be used again. */
    void noteNumber(int number) {
        highest = Math.max(highest, number);
    }

    @Nullable Segment get(int number) {
        return segments.get(number);
    }

    List<Segment> all() {
        return List.copyOf(segments.values());
    }

    /**
     * Opens the next segment: the spare, or when none can be made and it is allowed, the reserve.
     * Waits while the spare is being made.
     *
     * @throws IOException if there is neither, or its header could not be forced
     */
    Segment openNext(boolean mayUseReserve, HeaderFacts facts) throws IOException {
        int number = highest + 1;
        Path path = log.resolve(Segment.fileName(number));
        boolean fromReserve = preparer.take(mayUseReserve, path).isReserve();
        // only now: the header of number n + 1 says where number n ends
        highest = number;
        DiskFile file = disk.open(path, true);
        try {
            SegmentHeader header =
                    new SegmentHeader(
                            SegmentHeader.VERSION,
                            spoolName,
                            number,
                            facts.baseLsn(),
                            facts.forcedLsn(),
                            facts.idCeiling(),
                            facts.spoolMillis());
            file.write(header.encode(), 0);
            file.force(true);
            disk.forceDirectory(log);
        } catch (IOException e) {
            file.close();
            throw e;
        }
        int capacity = fromReserve ? options.reserveBytes() : options.segmentBytes();
        Segment segment =
                new Segment(number, path, file, capacity, SegmentEnd.FIRST_RECORD, fromReserve);
        segment.lastLsn = facts.baseLsn() - 1;
        segments.put(number, segment);
        return segment;
    }

    /** What the writer knows when a segment is opened. */
    record HeaderFacts(long baseLsn, long forcedLsn, long idCeiling, long spoolMillis) {}

    /**
     * Writes a left segment's end into it and gives back what it does not use. Not for a poisoned
     * or damaged one: to these nothing is written.
     */
    void end(Segment segment) throws IOException {
        segment.file.write(new SegmentEnd(segment.lastLsn, segment.end).encode(), SegmentEnd.AT);
        segment.file.truncate(segment.end);
        segment.file.force(true);
        segment.ended = true;
    }

    // The books. A message or state is live where the index points to it.

    synchronized void messageAt(int number, int size) {
        Segment segment = segments.get(number);
        if (segment != null) {
            segment.liveMessages++;
            segment.liveBytes += size;
        }
    }

    synchronized void messageGone(int number, int size) {
        Segment segment = segments.get(number);
        if (segment != null) {
            segment.liveMessages--;
            segment.liveBytes -= size;
        }
    }

    synchronized void stateMoved(int fromNumber, int toNumber) {
        Segment from = segments.get(fromNumber);
        Segment to = segments.get(toNumber);
        if (from != null) {
            from.liveStates--;
        }
        if (to != null) {
            to.liveStates++;
        }
    }

    synchronized void speaksOf(int number, int older) {
        Segment segment = segments.get(number);
        if (segment != null && older != number && older > 0) {
            segment.speaksOf.add(older);
        }
    }

    private synchronized boolean isNeeded(Segment segment) {
        Segment before = segments.get(segment.number - 1);
        if (segment.evacuated && segment.liveMessages == 0 && segment.liveStates == 0) {
            return false;
        }
        return !segment.left
                || segment.damaged
                || segment.poisoned
                // its header says where the one before it ends
                || (before != null && !before.ended)
                || segment.liveMessages > 0
                || segment.liveStates > 0
                || segment.speaksOf.stream().anyMatch(segments::containsKey);
    }

    /**
     * Deletes segments that nobody needs, oldest first, forcing the directory after each: a later
     * one may hold the DONE records of an earlier one, so the order must hold on disk too.
     */
    List<Segment> deleteUnneeded(CorruptFolder corrupt) throws IOException {
        List<Segment> deleted = new ArrayList<>();
        for (Segment segment : segments.values()) {
            if (!isNeeded(segment)) {
                if (segment.damaged) {
                    corrupt.take(segment.path, "Damaged; what could be read was moved out.");
                } else {
                    disk.delete(segment.path);
                }
                disk.delete(Digest.path(segment.path));
                disk.forceDirectory(log);
                segments.remove(segment.number);
                segment.file.close();
                deleted.add(segment);
            }
        }
        return deleted;
    }

    /**
     * A segment that is worth evacuating: damaged, poisoned, or left for a while with little in it
     * that is live.
     *
     * @param leftBefore spool time before which it must have been left
     */
    synchronized @Nullable Segment worthEvacuating(long leftBefore) {
        for (Segment s : segments.values()) {
            if (!s.left || s.evacuated) {
                continue;
            }
            boolean sparse =
                    s.leftMillis < leftBefore && s.liveBytes < s.end / SPARSE && isNeeded(s);
            if (s.damaged || s.poisoned || sparse) {
                return s;
            }
        }
        return null;
    }

    void close() throws SpoolException {
        IOException failure = null;
        for (Segment segment : segments.values()) {
            try {
                segment.file.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw new SpoolException(
                    SpoolException.Kind.FAILED, "closing a segment: " + failure, failure);
        }
    }
}
