package org.postern.queue.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.QueueId;
import org.postern.queue.index.EntryIndex;
import org.postern.queue.index.Slot;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.SpoolException;

/** Reads entries from the log. Thread-safe. */
final class EntryReader {
    private static final int TRIES = 3;

    private final EntryIndex index;
    private final SegmentStore store;
    private final SpoolClock clock;

    /** Statuses handed to the writer and not durable yet; empty when the entry is about to end. */
    private final Map<Long, Optional<EntryStatus>> pending = new ConcurrentHashMap<>();

    /**
     * What is out at a downstream, as it was read when it was claimed: its outcome is recorded
     * without a look at the disk, which may have become unreadable meanwhile.
     */
    private final Map<Long, Full> claimed = new ConcurrentHashMap<>();

    EntryReader(EntryIndex index, SegmentStore store, SpoolClock clock) {
        this.index = index;
        this.store = store;
        this.clock = clock;
    }

    Map<Long, Optional<EntryStatus>> pending() {
        return pending;
    }

    Map<Long, Full> claimed() {
        return claimed;
    }

    /** Something that reads from where an entry is. */
    @FunctionalInterface
    interface At<T> {
        T read(Slot slot, Segment segment) throws IOException;
    }

    /**
     * Reads from where the entry is, and again where it has been moved to meanwhile.
     *
     * @throws SpoolException of kind UNKNOWN if it is not there
     */
    <T> T at(long id, At<T> action) throws IOException {
        IOException failure = null;
        for (int i = 0; i < TRIES; i++) {
            Slot slot = index.get(id);
            if (slot == null) {
                throw gone(id);
            }
            Segment segment = store.get(slot.segment());
            if (segment == null) {
                continue;
            }
            try {
                return action.read(slot, segment);
            } catch (IOException e) {
                Slot now = index.get(id);
                if (now != null
                        && now.segment() == slot.segment()
                        && now.stateSegment() == slot.stateSegment()) {
                    throw e;
                }
                failure = e;
            }
        }
        throw failure == null ? gone(id) : failure;
    }

    private SpoolException gone(long id) {
        return index.isClosed()
                ? new SpoolException(SpoolException.Kind.CLOSED, "the spool is closed")
                : unknown(id);
    }

    private static SpoolException unknown(long id) {
        return new SpoolException(
                SpoolException.Kind.UNKNOWN, new QueueId(id) + " is not in the spool");
    }

    /**
     * A message with its status.
     *
     * @param message its MESSAGE record, without trace headers
     * @param status its status, those included that are about to become durable
     */
    record Full(Slot slot, MessageRecord message, EntryStatus status) {}

    /** Reads an entry; null if it is not, or no longer, there. */
    @Nullable Full read(long id) throws SpoolException {
        try {
            return at(id, this::full);
        } catch (SpoolException e) {
            if (e.kind() == SpoolException.Kind.UNKNOWN) {
                return null;
            }
            throw e;
        } catch (IOException e) {
            throw new SpoolException(
                    SpoolException.Kind.FAILED,
                    new QueueId(id) + " cannot be read: " + e.getMessage(),
                    e);
        }
    }

    private Full full(Slot slot, Segment segment) throws IOException {
        Full known = claimed.get(slot.id());
        MessageRecord message = known == null ? head(slot, segment) : known.message();
        Optional<EntryStatus> soon = pending.get(slot.id());
        if (soon != null) {
            if (soon.isEmpty()) {
                throw unknown(slot.id());
            }
            return new Full(slot, message, soon.get());
        }
        // looked up after pending was seen empty: what was pending is applied by now
        Slot now = index.get(slot.id());
        if (now == null) {
            throw gone(slot.id());
        }
        return new Full(
                now,
                message,
                known != null && known.slot().hasStateOf(now)
                        ? known.status()
                        : status(now, message));
    }

    private static MessageRecord head(Slot slot, Segment segment) throws IOException {
        MessageRecord message = MessageRecord.decode(segment.messageHead(slot.offset()));
        if (message.id() != slot.id()) {
            throw Decoder.damaged("another message stands in its place");
        }
        return message;
    }

    private EntryStatus status(Slot slot, MessageRecord message) throws IOException {
        if (slot.stateSegment() == 0) {
            return EntryStatus.fresh(message.meta(), message.acceptedMillis());
        }
        Segment segment = store.get(slot.stateSegment());
        if (segment == null) {
            throw unknown(slot.id());
        }
        ByteBuffer payload = segment.payload(slot.stateOffset());
        return EntryStatus.decode(payload, message.meta().envelope());
    }

    private static Map<String, String> notes(Map<String, String> given, Map<String, String> marks) {
        if (marks.isEmpty()) {
            return given;
        }
        Map<String, String> all = new HashMap<>(given);
        all.putAll(marks);
        return all;
    }

    QueueEntry entry(Full full) {
        MessageRecord m = full.message();
        EntryStatus s = full.status();
        long now = clock.millis();
        boolean triable = s.state() == EntryState.QUEUED || s.state() == EntryState.DEFERRED;
        // retryNow moves only the index: take what comes first
        long due = Math.min(s.dueMillis(), full.slot().wake() * 1000L);
        return new QueueEntry(
                new QueueId(m.id()),
                s.state(),
                full.slot().active(),
                m.meta().envelope(),
                s.recipients(),
                m.meta().received(),
                Duration.ofMillis(Math.max(0, now - m.acceptedMillis())),
                m.contentLength(),
                s.attempts(),
                triable ? Optional.of(Duration.ofMillis(due - now)) : Optional.empty(),
                s.reason(),
                s.actor(),
                m.meta().clientAddress(),
                m.meta().helo(),
                notes(m.meta().notes(), s.marks()),
                HexFormat.of().formatHex(m.sha256()));
    }
}
