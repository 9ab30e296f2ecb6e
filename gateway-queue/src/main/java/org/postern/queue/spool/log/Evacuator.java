package org.postern.queue.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.queue.index.EntryIndex;
import org.postern.queue.index.Slot;
import org.postern.queue.spool.SpoolException;

/**
 * Writes what is still needed of a segment again at the end of the log. Each copy is decided by the
 * writer, at its turn in the log, so that no copy comes after the record that ends its message.
 */
final class Evacuator {
    /** Copies on their way at once. */
    private static final int BATCH_BYTES = 2 << 20;

    private final EntryIndex index;
    private final SegmentStore store;
    private final LogWriter writer;

    Evacuator(EntryIndex index, SegmentStore store, LogWriter writer) {
        this.index = index;
        this.store = store;
        this.writer = writer;
    }

    /** Copies what is needed; the segment may go when this returns and nothing in it is live. */
    void evacuate(Segment segment) throws IOException {
        SegmentScanner scanner = new SegmentScanner(segment.file);
        List<LogRequest> batch = new ArrayList<>();
        long bytes = 0;
        for (SegmentScanner.Found found = first(scanner);
                found != null && found.offset() < segment.end;
                found = next(scanner, found)) {
            LogRequest copy = copy(segment, found);
            if (copy != null) {
                writer.submit(copy);
                batch.add(copy);
                bytes += found.header().length();
            }
            if (bytes >= BATCH_BYTES) {
                await(batch);
                bytes = 0;
            }
        }
        await(batch);
        segment.evacuated = true;
    }

    private static SegmentScanner.@Nullable Found first(SegmentScanner scanner) throws IOException {
        SegmentScanner.Found found = scanner.read(SegmentEnd.FIRST_RECORD);
        return found != null ? found : scanner.search(SegmentEnd.FIRST_RECORD);
    }

    private static SegmentScanner.@Nullable Found next(
            SegmentScanner scanner, SegmentScanner.Found found) throws IOException {
        SegmentScanner.Found next = scanner.read(found.end());
        return next != null ? next : scanner.search(found.end());
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
                index.put(
                        id,
                        segment.number,
                        at,
                        slot.accepted(),
                        slot.wake(),
                        slot.route(),
                        slot.size());
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
