package org.postern.queue.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.disk.Disk;
import org.postern.queue.spool.disk.DiskFile;

/**
 * The files of the log: makes the spare and the reserve, turns them into segments, keeps the books
 * on what is live, deletes what nobody needs. The writer takes segments, the keeper thread does the
 * rest.
 */
final class SegmentStore {
    private static final int ZEROS = 1 << 20;
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A segment is sparse when less than this part of it is live content. */
    private static final int SPARSE = 5;

    private final Disk disk;
    private final SpoolOptions options;
    private final Path log;
    private final long spoolName;
    private final ConcurrentSkipListMap<Integer, Segment> segments = new ConcurrentSkipListMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition spareChanged = lock.newCondition();
    private final Condition needed = lock.newCondition();
    private boolean closing;
    private boolean spareReady;
    private boolean reserveReady;
    private @Nullable IOException spareFailure;
    private int highest;

    SegmentStore(Disk disk, SpoolOptions options, long spoolName) {
        this.disk = disk;
        this.options = options;
        this.log = options.directory().resolve("log");
        this.spoolName = spoolName;
    }

    private Path spare() {
        return log.resolve("spare.seg");
    }

    private Path reserve() {
        return log.resolve("reserve.seg");
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
     * Makes spares and reserves as they are needed, on a thread of its own: the writer waits for
     * it, so it waits for nobody. After a failure it tries again each second, which is also the
     * probe that tells whether the disk is well again.
     */
    void prepareWhenNeeded() {
        lock.lock();
        try {
            while (!closing) {
                if (spareReady && reserveReady) {
                    needed.awaitUninterruptibly();
                    continue;
                }
                lock.unlock();
                try {
                    prepare();
                } finally {
                    lock.lock();
                }
                if (!closing && !(spareReady && reserveReady)) {
                    awaitRetry();
                }
            }
            spareFailure = spareReady ? null : new IOException("the spool is closed");
            spareChanged.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void awaitRetry() {
        try {
            long left = RETRY_NANOS;
            while (left > 0 && !closing) {
                left = needed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            // nobody interrupts this thread; a try too early does no harm
            Thread.currentThread().interrupt();
        }
    }

    /** Lets the preparing thread end; a writer that waits for it goes on. */
    void stopPreparing() {
        lock.lock();
        try {
            closing = true;
            needed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Makes spare and reserve where they are missing; as long as zeroing them takes. */
    void prepare() {
        boolean needSpare;
        boolean needReserve;
        lock.lock();
        try {
            needSpare = !spareReady;
            needReserve = !reserveReady;
        } finally {
            lock.unlock();
        }
        if (needSpare) {
            IOException failure = make(spare(), options.segmentBytes());
            lock.lock();
            try {
                spareReady = failure == null;
                spareFailure = failure;
                spareChanged.signalAll();
            } finally {
                lock.unlock();
            }
            if (failure != null) {
                return;
            }
        }
        if (needReserve) {
            IOException failure = make(reserve(), options.reserveBytes());
            lock.lock();
            try {
                reserveReady = failure == null;
            } finally {
                lock.unlock();
            }
        }
    }

    private @Nullable IOException make(Path target, int bytes) {
        Path temporary = target.resolveSibling(target.getFileName() + ".new");
        try {
            disk.delete(temporary);
            try (DiskFile file = disk.create(temporary)) {
                ByteBuffer zeros = ByteBuffer.allocateDirect(Math.min(ZEROS, bytes));
                for (int at = 0; at < bytes; at += zeros.capacity()) {
                    zeros.position(0).limit(Math.min(zeros.capacity(), bytes - at));
                    file.write(zeros, at);
                }
                file.force(true);
            }
            disk.rename(temporary, target);
            disk.forceDirectory(log);
            return null;
        } catch (IOException e) {
            try {
                disk.delete(temporary);
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            return e;
        }
    }

    /** Whether the next segment is there. */
    boolean spareReady() {
        lock.lock();
        try {
            return spareReady;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the reserve is there. */
    boolean reserveReady() {
        lock.lock();
        try {
            return reserveReady;
        } finally {
            lock.unlock();
        }
    }

    /** Why there is no spare, null when there is one or it is being made. */
    @Nullable IOException spareFailure() {
        lock.lock();
        try {
            return spareFailure;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Opens the next segment: the spare, or when none can be made and it is allowed, the reserve.
     * Waits while the spare is being made.
     *
     * @throws IOException if there is neither, or its header could not be forced
     */
    Segment openNext(boolean mayUseReserve, HeaderFacts facts) throws IOException {
        boolean fromReserve;
        int number;
        Path path;
        lock.lock();
        try {
            while (!spareReady && spareFailure == null) {
                spareChanged.awaitUninterruptibly();
            }
            if (!spareReady && !(mayUseReserve && reserveReady)) {
                IOException why = spareFailure;
                throw new IOException(
                        "no room for another segment: " + (why == null ? "" : why.getMessage()),
                        why);
            }
            fromReserve = !spareReady;
            if (fromReserve) {
                reserveReady = false;
            } else {
                spareReady = false;
            }
            needed.signalAll();
            number = ++highest;
            path = log.resolve(Segment.fileName(number));
            // under the lock: the next one gets the same name
            disk.rename(fromReserve ? reserve() : spare(), path);
        } finally {
            lock.unlock();
        }
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

    /** Takes over spare and reserve that an earlier run left, where they have the right size. */
    void adoptPrepared() throws IOException {
        disk.delete(spare().resolveSibling("spare.seg.new"));
        disk.delete(spare().resolveSibling("reserve.seg.new"));
        spareReady = adopt(spare(), options.segmentBytes());
        reserveReady = adopt(reserve(), options.reserveBytes());
    }

    private boolean adopt(Path path, int bytes) throws IOException {
        if (!disk.exists(path)) {
            return false;
        }
        try (DiskFile file = disk.open(path, false)) {
            if (file.size() == bytes) {
                return true;
            }
        }
        disk.delete(path);
        return false;
    }
}
