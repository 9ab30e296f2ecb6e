package org.postern.queue.spool.log;

import java.util.List;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.QueueId;
import org.postern.queue.index.Slot;
import org.postern.queue.index.Walk;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.SpoolAlarm;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolListener;

/** Reads entries one by one as a walk over the index comes by them. */
final class EntrySpliterator extends Spliterators.AbstractSpliterator<QueueEntry> {
    private final Walk walk;
    private final Set<EntryState> states;
    private final Predicate<Slot> worthReading;
    private final EntryReader reader;
    private final SpoolListener listener;
    private @Nullable List<Slot> chunk = List.of();
    private int next;

    EntrySpliterator(
            Walk walk,
            Set<EntryState> states,
            Predicate<Slot> worthReading,
            EntryReader reader,
            SpoolListener listener) {
        super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.DISTINCT | Spliterator.NONNULL);
        this.walk = walk;
        this.states = states;
        this.worthReading = worthReading;
        this.reader = reader;
        this.listener = listener;
    }

    @Override
    public boolean tryAdvance(Consumer<? super QueueEntry> action) {
        while (true) {
            List<Slot> current = chunk;
            if (current != null && next == current.size()) {
                current = walk.next();
                chunk = current;
                next = 0;
            }
            if (current == null) {
                return false;
            }
            Slot slot = current.get(next++);
            QueueEntry entry = worthReading.test(slot) ? read(slot.id()) : null;
            if (entry != null && states.contains(entry.state())) {
                action.accept(entry);
                return true;
            }
        }
    }

    private @Nullable QueueEntry read(long id) {
        try {
            EntryReader.Full full = reader.read(id);
            return full == null ? null : reader.entry(full);
        } catch (SpoolException e) {
            listener.alarm(
                    new SpoolAlarm(
                            SpoolAlarm.Kind.DAMAGE,
                            new QueueId(id).toString(),
                            "cannot be listed: " + e.getMessage()));
            return null;
        }
    }
}
