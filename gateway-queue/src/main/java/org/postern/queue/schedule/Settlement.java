package org.postern.queue.schedule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.postern.core.mail.Recipient;
import org.postern.queue.delivery.RecipientOutcome;
import org.postern.queue.dsn.NoticeSender;
import org.postern.queue.dsn.OwnWords;
import org.postern.queue.spool.AttemptResult;
import org.postern.queue.spool.Change;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.Marks;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.RecipientState;
import org.postern.queue.spool.RecipientStatus;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolException;

/**
 * Settles what came of an attempt: records it, tells who listens, and where every recipient was
 * refused while the client still waits, ends the entry. On the lanes' threads.
 */
final class Settlement {
    private final Spool spool;
    private final Supplier<RetryPolicy> retry;
    private final RandomGenerator random;
    private final RelayListener listener;
    private final CutThrough cutThrough;
    private final Recording recording;

    Settlement(
            Spool spool,
            Supplier<RetryPolicy> retry,
            RandomGenerator random,
            RelayListener listener,
            CutThrough cutThrough) {
        this.spool = spool;
        this.retry = retry;
        this.random = random;
        this.listener = listener;
        this.cutThrough = cutThrough;
        this.recording = new Recording(spool, listener);
    }

    /** What an attempt made of recipients, and the way by which that came. */
    record Made(Map<Recipient, RecipientOutcome> outcomes, RelayEvent.Via via) {}

    /** From now on nothing waits for a spool that may become readable. */
    void stop() {
        recording.stop();
    }

    /**
     * Records and tells.
     *
     * @param name the downstream
     * @param last whether the claim of the entry ends with it
     * @param onceDurable run when what came of it is durable
     */
    void settle(
            QueueEntry entry,
            String name,
            Made made,
            Duration took,
            boolean last,
            Runnable onceDurable)
            throws SpoolException {
        RetryPolicy policy = retry.get();
        int attempt = entry.attempts() + 1;
        Duration wait = policy.waitAfter(attempt, random);
        boolean expired = entry.age().compareTo(policy.expire()) >= 0;
        Map<Recipient, RecipientStatus> statuses = new HashMap<>();
        List<RelayEvent> events = new ArrayList<>();
        Map<String, String> marks = new HashMap<>();
        made.outcomes()
                .forEach((recipient, outcome) -> {
                    RelayEvent.Outcome what = what(outcome, expired);
                    statuses.put(
                            recipient,
                            new RecipientStatus(
                                    recipient,
                                    state(what),
                                    outcome.reply().toString(),
                                    name,
                                    !outcome.fromDownstream()));
                    String duplicate = entry.notes().getOrDefault(Marks.POSSIBLE_DUPLICATE, "");
                    if (outcome instanceof RecipientOutcome.Deferred d && d.maybeDelivered()) {
                        duplicate = "the final reply of " + made.via().peer() + " was lost";
                        marks.put(Marks.POSSIBLE_DUPLICATE, duplicate);
                    }
                    events.add(
                            new RelayEvent(
                                    entry,
                                    recipient,
                                    what,
                                    outcome.reply(),
                                    !outcome.fromDownstream(),
                                    name,
                                    attempt,
                                    took,
                                    made.via(),
                                    what == RelayEvent.Outcome.DELIVERED || !marks.isEmpty()
                                            ? duplicate
                                            : "",
                                    what == RelayEvent.Outcome.DEFERRED ? wait : Duration.ZERO));
                });
        if (last && refusedInSession(entry, events)) {
            onceDurable.run();
            return;
        }
        if (events.stream().anyMatch(e -> e.outcome() == RelayEvent.Outcome.DELIVERED)) {
            listener.delivering(events);
        }
        String why = expired ? NoticeSender.EXPIRED : NoticeSender.FAILED;
        Optional<QueueEntry> after =
                recording.record(
                        entry.id(),
                        name,
                        new AttemptResult(statuses, wait, why, last, marks),
                        onceDurable);
        events.forEach(listener::outcome);
        if (after.isEmpty()) {
            cutThrough.over(entry.id(), true);
            listener.finished(entry);
            return;
        }
        if (events.stream().anyMatch(Settlement::givenUp)) {
            listener.undelivered(after.get());
        }
        if (last && after.get().state() == EntryState.HELD) {
            listener.held(after.get());
        } else if (last && after.get().state() == EntryState.DEFERRED) {
            listener.deferred(after.get());
        }
    }

    /**
     * Where every recipient was refused for good while the client still waits: the entry ends, and
     * the client is told. What cannot be ended goes on as if nobody waited.
     */
    private boolean refusedInSession(QueueEntry entry, List<RelayEvent> events) {
        boolean all =
                events.size() == entry.recipients().size()
                        && events.stream().allMatch(e -> e.outcome() == RelayEvent.Outcome.FAILED);
        Optional<CutThrough.Ticket> ticket =
                all ? cutThrough.refusing(entry.id()) : Optional.empty();
        if (ticket.isEmpty()) {
            return false;
        }
        CutThrough.Answer answer = new CutThrough.Answer.Spooled();
        try {
            Change end = new Change.Finish("postern", "refused in session");
            if (!spool.change(List.of(entry.id()), end).isEmpty()) {
                RelayEvent first = events.getFirst();
                answer =
                        new CutThrough.Answer.Refused(
                                first.ours() ? OwnWords.outside(first.reply()) : first.reply());
                events.forEach(listener::outcome);
                return true;
            }
        } catch (SpoolException e) {
            listener.trouble(entry.id(), events.getFirst().downstream(), e);
        } finally {
            ticket.get().refused(answer);
        }
        return false;
    }

    private static boolean givenUp(RelayEvent event) {
        return event.outcome() == RelayEvent.Outcome.FAILED
                || event.outcome() == RelayEvent.Outcome.EXPIRED;
    }

    private static RelayEvent.Outcome what(RecipientOutcome outcome, boolean expired) {
        return switch (outcome) {
            case RecipientOutcome.Delivered d -> RelayEvent.Outcome.DELIVERED;
            case RecipientOutcome.Failed f -> RelayEvent.Outcome.FAILED;
            case RecipientOutcome.Deferred d ->
                    expired ? RelayEvent.Outcome.EXPIRED : RelayEvent.Outcome.DEFERRED;
        };
    }

    private static RecipientState state(RelayEvent.Outcome outcome) {
        return switch (outcome) {
            case DELIVERED -> RecipientState.DELIVERED;
            case DEFERRED -> RecipientState.DEFERRED;
            case FAILED, EXPIRED -> RecipientState.FAILED;
        };
    }
}
