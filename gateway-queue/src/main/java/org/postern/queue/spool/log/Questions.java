package org.postern.queue.spool.log;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.postern.core.mail.MessageSource;
import org.postern.core.mail.QueueId;
import org.postern.queue.index.EntryIndex;
import org.postern.queue.index.Slot;
import org.postern.queue.index.Walk;
import org.postern.queue.spool.EntryBrief;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolSummary;

/** What can be asked of the spool without changing it. Thread-safe. */
final class Questions {
    private final EntryIndex index;
    private final EntryReader reader;
    private final LargeFiles large;
    private final SpoolClock clock;
    private final SpoolListener listener;

    Questions(
            EntryIndex index,
            EntryReader reader,
            LargeFiles large,
            SpoolClock clock,
            SpoolListener listener) {
        this.index = index;
        this.reader = reader;
        this.large = large;
        this.clock = clock;
        this.listener = listener;
    }

    SpoolSummary summary() {
        Map<EntryState, Long> counts = new EnumMap<>(EntryState.class);
        for (EntryState state : EntryState.values()) {
            counts.put(state, index.count(state));
        }
        Slot oldest = index.oldestTriable();
        Duration age =
                oldest == null
                        ? Duration.ZERO
                        : Duration.ofSeconds(Math.max(0, clock.seconds() - oldest.accepted()));
        EntryIndex.Footprint footprint = index.footprint();
        return new SpoolSummary(
                counts,
                index.activeCount(),
                index.bytes(),
                age,
                footprint.plain(),
                footprint.backed());
    }

    Optional<QueueEntry> find(QueueId id) throws SpoolException {
        EntryReader.Full full = reader.read(id.sequence());
        return full == null ? Optional.empty() : Optional.of(reader.entry(full));
    }

    String route(QueueId id) {
        Slot slot = index.get(id.sequence());
        return slot == null ? "" : index.routeText(slot.route());
    }

    Stream<QueueEntry> entries(Set<EntryState> states, Predicate<EntryBrief> worthReading) {
        return StreamSupport.stream(
                new EntrySpliterator(
                        index.walk(states),
                        states,
                        slot -> worthReading.test(brief(slot, clock.seconds())),
                        reader,
                        listener),
                false);
    }

    void survey(Set<EntryState> states, Consumer<EntryBrief> each) {
        int now = clock.seconds();
        Walk walk = index.walk(states);
        for (List<Slot> slots = walk.next(); slots != null; slots = walk.next()) {
            for (Slot slot : slots) {
                each.accept(brief(slot, now));
            }
        }
    }

    private EntryBrief brief(Slot slot, int now) {
        return new EntryBrief(
                new QueueId(slot.id()),
                slot.state(),
                slot.active(),
                Math.max(0, now - slot.accepted()),
                slot.wake() - now,
                slot.size(),
                index.routeText(slot.route()),
                slot.sender(),
                slot.senderDomain(),
                slot.recipient());
    }

    MessageSource content(QueueId id, boolean relayed) throws SpoolException {
        try {
            long size =
                    reader.at(
                            id.sequence(),
                            (slot, segment) -> {
                                var head = segment.messageHead(slot.offset());
                                MessageRecord m = MessageRecord.decode(head);
                                int trace =
                                        MessageRecord.contentAt(head) - MessageRecord.traceAt(head);
                                return relayed
                                        ? StoredContent.relayedSize(m, trace)
                                        : m.contentLength();
                            });
            return new StoredContent(reader, large, id.sequence(), relayed, size);
        } catch (SpoolException e) {
            throw e;
        } catch (IOException e) {
            throw new SpoolException(
                    SpoolException.Kind.FAILED, id + " cannot be read: " + e.getMessage(), e);
        }
    }
}
