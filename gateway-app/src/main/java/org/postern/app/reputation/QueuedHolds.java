package org.postern.app.reputation;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.postern.core.mail.QueueId;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.Change;
import org.postern.queue.spool.EntryBrief;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.Marks;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.surgery.Surgeon;
import org.postern.queue.surgery.SurgeryEvent;
import org.postern.queue.surgery.SurgeryListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue's side of {@link AnomalousSenders}: holds what was queued when a hold began, and lets
 * go what has been held for its time. The index tells which entries are worth reading. An entry
 * that was held at acceptance goes at the age that {@code anomaly-hold} was then, whatever it is
 * now; one that was queued, when the hold that took it is over: neither asks the wall clock. Used
 * by one thread.
 */
final class QueuedHolds {
    private static final Logger LOG = LoggerFactory.getLogger("reputation");
    private static final String ACTOR = "policy";
    private static final int AT_ONCE = 5_000;
    private static final Duration LOOK_AT_ALL = Duration.ofMinutes(10);

    private static final String REASON = ": reputation.anomaly";

    /** Before the id of the hold in the reason of an entry that was queued when it began. */
    private static final String SINCE = AnomalousSenders.RULE + " since ";

    /** Before the end of the hold, by the wall clock, where an earlier version held it. */
    private static final String UNTIL = AnomalousSenders.RULE + " until ";

    private final AnomalousSenders senders;
    private final Spool spool;
    private final SurgeryListener listener;
    private final Consumer<QueueId> undecided;
    private final TimeSource time;
    // what an earlier run held is looked for once
    private boolean mayHold = true;
    private boolean lookAtAll = true;
    private long lookedAtAllNanos;
    private long shortestSeconds = Long.MAX_VALUE; // of those seen by the last look at all
    private Duration lastHold = Duration.ZERO;
    private Set<String> ids = Set.of();

    /**
     * @param listener is told which entries were held and let go
     * @param undecided is told of entries of which nothing is left to deliver
     */
    QueuedHolds(
            AnomalousSenders senders,
            Spool spool,
            SurgeryListener listener,
            Consumer<QueueId> undecided,
            TimeSource time) {
        this.senders = senders;
        this.spool = spool;
        this.listener = listener;
        this.undecided = undecided;
        this.time = time;
    }

    /** One round. */
    void round(Duration hold) {
        senders.expire();
        if (senders.enforces()) { // what is observed now is held once the mode is enforce
            for (HoldKey key : List.copyOf(senders.begun())) {
                senders.holds().of(key).ifPresent(this::holdQueued);
            }
        }
        Set<String> now = senders.holds().ids();
        mayHold |= !now.isEmpty();
        lookAtAll |= !now.containsAll(ids) || !hold.equals(lastHold);
        lastHold = hold;
        ids = now;
        if (mayHold) {
            release(hold);
        }
    }

    /** Once more in the next round, unless there was nothing: an attempt may be under way. */
    private void holdQueued(Holds.Hold hold) {
        HoldKey key = hold.whose();
        List<QueueId> queued = new ArrayList<>();
        boolean more = false;
        try (Stream<QueueEntry> entries =
                spool.entries(Set.of(EntryState.QUEUED, EntryState.DEFERRED), key::mayBeOf)) {
            for (QueueEntry e : (Iterable<QueueEntry>) entries::iterator) {
                boolean released = e.notes().containsKey(Marks.RELEASED);
                if (!released && senders.keysOf(e).contains(key)) {
                    more = true;
                    if (!e.active()) {
                        queued.add(e.id());
                    }
                }
            }
        }
        if (!more) {
            senders.begun().remove(key);
        }
        int taken =
                change(
                        queued,
                        new Change.Hold(ACTOR, SINCE + hold.id() + REASON),
                        "hold",
                        AnomalousSenders.told(hold),
                        "that were queued are held: " + key.words());
        senders.holds().took(key, taken);
    }

    private void release(Duration hold) {
        boolean all = lookAtAll || time.nanoTime() - lookedAtAllNanos > LOOK_AT_ALL.toNanos();
        long seconds = Math.min(hold.toSeconds(), shortestSeconds);
        long shortest = Long.MAX_VALUE;
        boolean ours = false;
        List<QueueId> expired = new ArrayList<>();
        List<QueueId> settled = new ArrayList<>();
        try (Stream<QueueEntry> entries =
                spool.entries(
                        Set.of(EntryState.HELD),
                        (EntryBrief brief) -> all || brief.ageSeconds() >= seconds)) {
            for (QueueEntry e : (Iterable<QueueEntry>) entries::iterator) {
                if (isHeldByUs(e)) {
                    ours = true;
                    shortest = Math.min(shortest, heldFor(e, hold).toSeconds());
                    if (isOver(e, hold)) {
                        (hasPending(e) ? expired : settled).add(e.id());
                    }
                }
            }
        }
        if (all) {
            lookAtAll = false;
            shortestSeconds = shortest;
            lookedAtAllNanos = time.nanoTime();
            mayHold = ours || !ids.isEmpty();
        }
        change(
                expired,
                new Change.Release(ACTOR, false, "the hold has expired"),
                "release",
                "the hold has expired",
                "held as anomalous are let go: their time is over");
        settle(settled);
    }

    /**
     * Not by a person, nor by a rule whose name begins like ours; what a person has dropped and
     * brought back is where it was.
     */
    private static boolean isHeldByUs(QueueEntry entry) {
        return entry.reason().equals(AnomalousSenders.RULE + REASON)
                || entry.reason().startsWith(SINCE)
                || entry.reason().startsWith(UNTIL)
                || (AnomalousSenders.RULE.equals(entry.notes().get("rule"))
                        && entry.reason().startsWith(Surgeon.UNDO));
    }

    private boolean isOver(QueueEntry entry, Duration hold) {
        String reason = entry.reason();
        if (reason.startsWith(SINCE) && reason.endsWith(REASON)) {
            return !ids.contains(
                    reason.substring(SINCE.length(), reason.length() - REASON.length()));
        }
        if (reason.startsWith(UNTIL)) {
            return isPast(reason.substring(UNTIL.length()).replace(REASON, ""));
        }
        return entry.age().compareTo(heldFor(entry, hold)) >= 0;
    }

    /** As it was noted when it was held; what an earlier version held has the setting of now. */
    private static Duration heldFor(QueueEntry entry, Duration setting) {
        String seconds = entry.notes().get(AnomalousSenders.HELD_SECONDS);
        return seconds == null ? setting : Duration.ofSeconds(Long.parseLong(seconds));
    }

    /** Where it is no time, it was never said for how long. */
    private boolean isPast(String until) {
        try {
            return !time.instant().isBefore(Instant.parse(until));
        } catch (DateTimeParseException e) {
            return true;
        }
    }

    private static boolean hasPending(QueueEntry entry) {
        return entry.recipients().stream().anyMatch(r -> r.state().isPending());
    }

    /** What an attempt that was under way has ended meanwhile is like any that has failed. */
    private void settle(List<QueueId> ended) {
        if (ended.isEmpty()) {
            return;
        }
        try {
            spool.change(ended, new Change.Explain(ACTOR, "failed")).forEach(undecided);
        } catch (SpoolException e) {
            LOG.error("{} held messages cannot be settled: {}", ended.size(), e.getMessage());
        }
    }

    /** Gives how many it was true of. */
    private int change(List<QueueId> ids, Change change, String action, String why, String what) {
        int changed = 0;
        try {
            for (int at = 0; at < ids.size(); at += AT_ONCE) {
                List<QueueId> some = ids.subList(at, Math.min(ids.size(), at + AT_ONCE));
                List<QueueId> done = spool.change(some, change);
                changed += done.size();
                if (!done.isEmpty()) {
                    listener.changed(new SurgeryEvent(action, "", ACTOR, why, "", done));
                }
            }
        } catch (SpoolException e) {
            LOG.error("{} of {} messages {}: {}", changed, ids.size(), what, e.getMessage());
            return changed;
        }
        if (changed > 0) {
            LOG.warn("{} messages {}", changed, what);
        }
        return changed;
    }
}
