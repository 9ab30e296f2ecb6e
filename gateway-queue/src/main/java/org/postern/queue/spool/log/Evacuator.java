package org.postern.queue.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postern.queue.index.EntryIndex;
import org.postern.queue.index.Slot;
import org.postern.queue.spool.SpoolException;

/**
 * Writes what is still needed of a segment again at the end of the log. Each copy is decided by the
 * writer, at its turn in the log, so that no copy comes after the record that ends its message.
 *
 * <p>It works in slices, so that reading and writing together keep to a rate and the keeper gets to
 * its other duties. Used by the keeper alone.
 */
final class Evacuator {
    /** Copies on their way at once. */
    private static final int BATCH_BYTES = 2 << 20;

    private static final long SECOND = TimeUnit.SECONDS.toMillis(1);

    private final EntryIndex index;
    private final SegmentStore store;
    private final LogWriter writer;
    private final SpoolClock clock;
    private final long rate;

    /** Octets that may be read and written now; below 0 after a record that was larger. */
    private long allowance;

    private long allowedAt;
    private @Nullable Work work;

    /** A segment that is being evacuated. */
    private static final class Work {
        private final Segment segment;
        private final SegmentScanner scanner;
        private long next = SegmentEnd.FIRST_RECORD;

        Work(Segment segment) throws IOException {
            this.segment = segment;
            this.scanner = new SegmentScanner(segment.file);
        }
    }

    /**
     * An evacuator.
     *
     * @param rate octets a second that it may read and write together
     */
    Evacuator(EntryIndex index, SegmentStore store, LogWriter writer, SpoolClock clock, long rate) {
        this.index = index;
        this.store = store;
        this.writer = writer;
        this.clock = clock;
        this.rate = rate;
        this.allowance = rate;
        this.allowedAt = clock.millis();
    }

    /**
     * Goes on with the segment in hand, or begins one that is worth it, as far as the rate allows.
     *
     * @param leftBefore spool time before which a sparse segment must have been left
     * @return whether everything needed of a segment has now been written elsewhere
     */
    boolean goOn(long leftBefore) throws IOException {
        long now = clock.millis();
        allowance = Math.min(rate, allowance + (now - allowedAt) * rate / SECOND);
        allowedAt = now;
        Work current = work;
        if (current == null) {
            Segment segment = store.worthEvacuating(leftBefore);
            if (segment == null || allowance <= 0) {
                return false;
            }
            current = new Work(segment);
            work = current;
        }
        if (store.get(current.segment.number) == null) {
            // the last of it was delivered meanwhile
            work = null;
            return false;
        }
        boolean finished;
        try {
            finished = slice(current);
        } catch (IOException e) {
            // from the beginning another time: what was copied is no longer in this segment
            work = null;
            throw e;
        }
        if (finished) {
            current.segment.evacuated = true;
            work = null;
        }
        return finished;
    }

    /** Copies what is needed of the next records; true at the end of the segment. */
    private boolean slice(Work current) throws IOException {
        List<LogRequest> batch = new ArrayList<>();
        long bytes = 0;
        while (allowance > 0) {
            SegmentScanner.Found found = next(current);
            if (found == null || found.offset() >= current.segment.end) {
                await(batch);
                return true;
            }
            allowance -= found.end() - current.next;
            current.next = found.end();
            LogRequest copy = copy(current.segment, found);
            if (copy != null) {
                writer.submit(copy);
                batch.add(copy);
                bytes += found.header().length();
                allowance -= found.header().length();
            }
            if (bytes >= BATCH_BYTES) {
                await(batch);
                bytes = 0;
            }
        }
        await(batch);
        return false;
    }

    private static SegmentScanner.@Nullable Found next(Work current) throws IOException {
        SegmentScanner.Found next = current.scanner.read(current.next);
        return next != null ? next : current.scanner.search(current.next);
    }

    private static void await(List<LogRequest> batch) throws SpoolException {
        for (LogRequest copy : batch) {
            copy.await();
        }
        batch.clear();
    }

    private @Nullable LogRequest copy(Segment from, SegmentScanner.Found found)
            throws SpoolException {
        RecordType type = found.header().type();
        Decoder start = new Decoder(found.payload().duplicate());
        return switch (type) {
            case CLOCK -> null;
            case DONE -> {
                start.i64();
                int target = start.i32();
                yield target != from.number && store.get(target) != null
                        ? new DoneCopy(bytes(found), target)
                        : null;
            }
            case MESSAGE -> {
                Slot slot = index.get(start.i64());
                yield slot != null && isMessage(slot, from, found.offset())
                        ? new MessageCopy(slot.id(), from, found.offset(), bytes(found))
                        : null;
            }
            case STATE -> {
                Slot slot = index.get(start.i64());
                yield slot != null && isState(slot, from, found.offset())
                        ? new StateCopy(slot.id(), from, found.offset(), bytes(found))
                        : null;
            }
        };
    }

    private static byte[] bytes(SegmentScanner.Found found) {
        byte[] copy = new byte[found.payload().remaining()];
        found.payload().duplicate().get(copy);
        return copy;
    }

    private static boolean isMessage(Slot slot, Segment segment, int offset) {
        return slot.segment() == segment.number && slot.offset() == offset;
    }

    private static boolean isState(Slot slot, Segment segment, int offset) {
        return slot.stateSegment() == segment.number && slot.stateOffset() == offset;
    }

    private final class MessageCopy extends LogRequest {
        private final long id;
        private final Segment from;
        private final int offset;
        private final byte[] bytes;

        MessageCopy(long id, Segment from, int offset, byte[] bytes) {
            super(Kind.COPY, RecordType.MESSAGE);
            this.id = id;
            this.from = from;
            this.offset = offset;
            this.bytes = bytes;
            MessageRecord.setCopiedFrom(ByteBuffer.wrap(bytes), from.number);
        }

        @Override
        @Nullable Payload payload() {
            Slot slot = index.get(id);
            return slot != null && isMessage(slot, from, offset) ? Payload.of(bytes) : null;
        }

        @Override
        void applied(Segment segment, int at, RecordHeader header) {
            Slot slot = index.get(id);
            if (slot != null) {
                index.move(id, segment.number, at);
                store.messageGone(from.number, slot.size());
                store.messageAt(segment.number, slot.size());
            }
            store.speaksOf(segment.number, from.number);
        }
    }

    private final class StateCopy extends LogRequest {
        private final long id;
        private final Segment from;
        private final int offset;
        private final byte[] bytes;

        StateCopy(long id, Segment from, int offset, byte[] bytes) {
            super(Kind.COPY, RecordType.STATE);
            this.id = id;
            this.from = from;
            this.offset = offset;
            this.bytes = bytes;
        }

        @Override
        @Nullable Payload payload() {
            Slot slot = index.get(id);
            return slot != null && isState(slot, from, offset) ? Payload.of(bytes) : null;
        }

        @Override
        void applied(Segment segment, int at, RecordHeader header) {
            Slot slot = index.get(id);
            if (slot != null) {
                index.setState(id, segment.number, at, slot.state(), slot.wake());
                store.stateMoved(from.number, segment.number);
            }
        }
    }

    private final class DoneCopy extends LogRequest {
        private final byte[] bytes;
        private final int target;

        DoneCopy(byte[] bytes, int target) {
            super(Kind.COPY, RecordType.DONE);
            this.bytes = bytes;
            this.target = target;
        }

        @Override
        @Nullable Payload payload() {
            return store.get(target) == null ? null : Payload.of(bytes);
        }

        @Override
        void applied(Segment segment, int at, RecordHeader header) {
            store.speaksOf(segment.number, target);
        }
    }
}
