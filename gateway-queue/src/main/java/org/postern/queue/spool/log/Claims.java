package org.postern.queue.spool.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.postern.core.mail.QueueId;
import org.postern.queue.index.EntryIndex;
import org.postern.queue.index.Slot;
import org.postern.queue.spool.ClaimOrder;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolAlarm;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolListener;

/** Gives due entries out, and takes them back. Thread-safe. */
final class Claims {
    private static final int UNREADABLE_WAIT_SECONDS = 3600;

    private final EntryIndex index;
    private final EntryReader reader;
    private final SpoolClock clock;
    private final SpoolListener listener;

    Claims(EntryIndex index, EntryReader reader, SpoolClock clock, SpoolListener listener) {
        this.index = index;
        this.reader = reader;
        this.clock = clock;
        this.listener = listener;
    }

    /** As {@link Spool#claimDue(int, ClaimOrder, Predicate)}. */
    List<QueueEntry> due(int max, ClaimOrder order, Predicate<String> wanted) {
        boolean freshFirst = order == ClaimOrder.FRESH_FIRST;
        List<QueueEntry> claimed = new ArrayList<>();
        for (Slot slot : index.claimDue(max, clock.seconds(), freshFirst, wanted)) {
            try {
                EntryReader.Full full = reader.read(slot.id());
                if (full != null && isTriable(full.status().state())) {
                    reader.claimed().put(slot.id(), full);
                    claimed.add(reader.entry(full));
                } else {
                    index.unclaim(slot.id(), -1);
                }
            } catch (SpoolException e) {
                index.unclaim(slot.id(), clock.seconds() + UNREADABLE_WAIT_SECONDS);
                listener.alarm(
                        new SpoolAlarm(
                                SpoolAlarm.Kind.DAMAGE,
                                new QueueId(slot.id()).toString(),
                                "cannot be read, tried again in an hour: " + e.getMessage()));
            }
        }
        return claimed;
    }

    private static boolean isTriable(EntryState state) {
        return state == EntryState.QUEUED || state == EntryState.DEFERRED;
    }

    /** As {@link Spool#letGo}. */
    void letGo(QueueId id, Duration wait) {
        reader.claimed().remove(id.sequence());
        index.unclaim(id.sequence(), SpoolClock.secondsUp(clock.millis() + wait.toMillis()));
    }

    /** As {@link Spool#retryNow}. */
    int retryNow(Collection<QueueId> wanted) {
        int due = 0;
        for (QueueId id : wanted) {
            if (index.setWake(id.sequence(), 0)) {
                due++;
            }
        }
        return due;
    }
}
