package org.postern.queue.spool.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.postern.queue.spool.AttemptResult;
import org.postern.queue.spool.Change;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.Marks;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.RecipientState;
import org.postern.queue.spool.RecipientStatus;

/** What attempts and people make of an entry's status: the arrows of {@code docs/spool.md}. */
final class Transitions {
    private Transitions() {}

    /** After an attempt, or a part of one, at spool time {@code now}. */
    static Entries.Next attempt(
            EntryStatus before, AttemptResult result, boolean endsClaim, long now) {
        EntryStatus s = before;
        for (Map.Entry<String, String> mark : result.marks().entrySet()) {
            s = s.marked(mark.getKey(), mark.getValue());
        }
        List<RecipientStatus> recipients = new ArrayList<>(s.recipients().size());
        for (RecipientStatus r : s.recipients()) {
            RecipientStatus update = result.outcomes().get(r.recipient());
            recipients.add(
                    update == null
                            ? r
                            : new RecipientStatus(
                                    r.recipient(),
                                    update.state(),
                                    update.reply(),
                                    update.downstream(),
                                    update.ours()));
        }
        if (recipients.stream().allMatch(Transitions::isOver)) {
            return new Entries.Next.Over();
        }
        int attempts = s.attempts() + (endsClaim ? 1 : 0);
        long due = endsClaim ? now + result.retryAfter().toMillis() : s.dueMillis();
        if (s.state() == EntryState.HELD || s.state() == EntryState.TRASH) {
            // somebody held or dropped it meanwhile: that stays
            EntryState previous =
                    s.state() == EntryState.TRASH && s.previous() == EntryState.QUEUED
                            ? EntryState.DEFERRED
                            : s.previous();
            return status(s, s.state(), previous, attempts, due, s.reason(), recipients);
        }
        if (anyPending(recipients)) {
            EntryState state = endsClaim ? EntryState.DEFERRED : s.state();
            return status(s, state, state, attempts, due, "", recipients);
        }
        return status(
                s, EntryState.HELD, EntryState.HELD, attempts, due, result.reason(), recipients);
    }

    private static boolean isOver(RecipientStatus r) {
        return r.state() == RecipientState.DELIVERED || r.state() == RecipientState.BOUNCED;
    }

    private static boolean anyPending(List<RecipientStatus> recipients) {
        return recipients.stream().anyMatch(r -> r.state().isPending());
    }

    private static Entries.Next status(
            EntryStatus s,
            EntryState state,
            EntryState previous,
            int attempts,
            long due,
            String reason,
            List<RecipientStatus> recipients) {
        return new Entries.Next.Status(
                new EntryStatus(
                        state,
                        previous,
                        attempts,
                        due,
                        s.trashUntil(),
                        reason,
                        s.actor(),
                        recipients,
                        s.marks()));
    }

    /** After a person's change, at spool time {@code now}. */
    static Entries.Next change(EntryStatus s, Change change, long now) {
        return switch (change) {
            case Change.Hold hold -> hold(s, hold);
            case Change.Release release -> release(s, release, now);
            case Change.Drop drop -> drop(s, drop, now);
            case Change.Restore restore -> restore(s, restore, now);
            case Change.Finish finish -> new Entries.Next.Over();
            case Change.GiveUp giveUp -> giveUp(s, giveUp);
            case Change.Told told -> told(s);
            case Change.Explain explain ->
                    s.state() == EntryState.HELD
                            ? new Entries.Next.Status(held(s, explain.reason(), explain.actor()))
                            : new Entries.Next.NoChange();
            case Change.Mark mark -> new Entries.Next.Status(s.marked(mark.key(), mark.value()));
        };
    }

    private static Entries.Next hold(EntryStatus s, Change.Hold hold) {
        // one that was committed on hold has no STATE record yet: the same hold again writes it
        boolean committedSo =
                s.reason().equals(hold.reason()) && hold.actor().equals(MessageMeta.HOLD_ACTOR);
        if ((s.state() == EntryState.HELD && !committedSo) || s.state() == EntryState.TRASH) {
            return new Entries.Next.NoChange();
        }
        return new Entries.Next.Status(held(s, hold.reason(), hold.actor()));
    }

    private static EntryStatus held(EntryStatus s, String reason, String actor) {
        return new EntryStatus(
                EntryState.HELD,
                EntryState.HELD,
                s.attempts(),
                s.dueMillis(),
                0,
                reason,
                actor,
                s.recipients(),
                s.marks());
    }

    /** What is pending has failed; an entry in the trash stays there. */
    private static Entries.Next giveUp(EntryStatus s, Change.GiveUp giveUp) {
        boolean anyFailed =
                s.recipients().stream().anyMatch(r -> r.state() == RecipientState.FAILED);
        if (s.state() == EntryState.TRASH || (!anyPending(s.recipients()) && !anyFailed)) {
            return new Entries.Next.NoChange();
        }
        List<RecipientStatus> recipients =
                s.recipients().stream()
                        .map(r -> r.state().isPending() ? failed(r, giveUp.reason()) : r)
                        .toList();
        return status(
                s,
                EntryState.HELD,
                EntryState.HELD,
                s.attempts(),
                s.dueMillis(),
                giveUp.reason(),
                recipients);
    }

    private static RecipientStatus failed(RecipientStatus r, String reason) {
        // the last words of the downstream say more than ours
        return r.reply().isEmpty()
                ? new RecipientStatus(r.recipient(), RecipientState.FAILED, reason, r.downstream())
                : r.in(RecipientState.FAILED);
    }

    private static Entries.Next told(EntryStatus s) {
        List<RecipientStatus> recipients =
                s.recipients().stream()
                        .map(r ->
                                r.state() == RecipientState.FAILED
                                        ? r.in(RecipientState.BOUNCED)
                                        : r)
                        .toList();
        if (recipients.stream().allMatch(Transitions::isOver)) {
            return new Entries.Next.Over();
        }
        return recipients.equals(s.recipients())
                ? new Entries.Next.NoChange()
                : status(
                        s,
                        s.state(),
                        s.previous(),
                        s.attempts(),
                        s.dueMillis(),
                        s.reason(),
                        recipients);
    }

    private static Entries.Next release(EntryStatus s, Change.Release release, long now) {
        List<RecipientStatus> recipients = s.recipients();
        if (release.failedToo()) {
            recipients = recipients.stream().map(Transitions::again).toList();
        }
        boolean droppedByPlan =
                s.state() == EntryState.TRASH && !s.actor().equals(MessageMeta.HOLD_ACTOR);
        if (droppedByPlan || !anyPending(recipients)) {
            return new Entries.Next.NoChange();
        }
        EntryState state = s.attempts() == 0 ? EntryState.QUEUED : EntryState.DEFERRED;
        return new Entries.Next.Status(
                new EntryStatus(
                        state,
                        state,
                        s.attempts(),
                        now,
                        0,
                        "",
                        release.actor(),
                        recipients,
                        why(released(s, release), release.reason())));
    }

    /**
     * Who has let go what was held, or dropped by a rule, meant it: no rule acting by itself takes
     * it back.
     */
    private static EntryStatus released(EntryStatus s, Change.Release release) {
        return s.state() == EntryState.HELD || s.state() == EntryState.TRASH
                ? s.marked(Marks.RELEASED, release.actor())
                : s;
    }

    private static Map<String, String> why(EntryStatus s, String reason) {
        return reason.isEmpty() ? s.marks() : s.marked(Marks.WHY, reason).marks();
    }

    private static RecipientStatus again(RecipientStatus r) {
        return r.state() == RecipientState.FAILED ? r.in(RecipientState.DEFERRED) : r;
    }

    private static Entries.Next drop(EntryStatus s, Change.Drop drop, long now) {
        if (s.state() == EntryState.TRASH) {
            return new Entries.Next.NoChange();
        }
        Duration grace = drop.grace().isNegative() ? Duration.ZERO : drop.grace();
        return new Entries.Next.Status(
                new EntryStatus(
                        EntryState.TRASH,
                        s.state(),
                        s.attempts(),
                        s.dueMillis(),
                        now + grace.toMillis(),
                        drop.reason(),
                        drop.actor(),
                        s.recipients(),
                        s.state() == EntryState.HELD
                                ? s.marked(Marks.HELD_FOR, s.reason()).marks()
                                : s.marks()));
    }

    private static Entries.Next restore(EntryStatus s, Change.Restore restore, long now) {
        if (s.state() != EntryState.TRASH) {
            return new Entries.Next.NoChange();
        }
        boolean held = s.previous() == EntryState.HELD;
        return new Entries.Next.Status(
                new EntryStatus(
                        s.previous(),
                        s.previous(),
                        s.attempts(),
                        Math.max(now, s.dueMillis()),
                        0,
                        held ? s.marks().getOrDefault(Marks.HELD_FOR, s.reason()) : "",
                        restore.actor(),
                        s.recipients(),
                        why(s, restore.reason())));
    }
}
