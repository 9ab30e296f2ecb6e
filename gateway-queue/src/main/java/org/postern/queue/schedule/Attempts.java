package org.postern.queue.schedule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.core.reply.SmtpReply;
import org.postern.core.time.TimeSource;
import org.postern.queue.delivery.DeliveryReport;
import org.postern.queue.delivery.DeliveryRequest;
import org.postern.queue.delivery.Downstream;
import org.postern.queue.delivery.MessageOrigin;
import org.postern.queue.delivery.PointOfNoReturn;
import org.postern.queue.delivery.RecipientOutcome;
import org.postern.queue.delivery.Step;
import org.postern.queue.dsn.NoticeSender;
import org.postern.queue.dsn.OwnWords;
import org.postern.queue.spool.AttemptResult;
import org.postern.queue.spool.Change;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.Marks;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.RecipientState;
import org.postern.queue.spool.RecipientStatus;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes one attempt at one downstream and records what came of it. On the lanes' threads. */
final class Attempts {
    /** The lane of recipients whose domain has no downstream now; no downstream can be named so. */
    static final String NO_DOWNSTREAM = "";

    private static final Logger LOG = LoggerFactory.getLogger(Attempts.class);
    private static final Duration AFTER_DEFECT = Duration.ofMinutes(1);

    private final Spool spool;
    private final Supplier<RetryPolicy> retry;
    private final TimeSource time;
    private final RandomGenerator random;
    private final RelayListener listener;
    private final InFlight inFlight;
    private final CutThrough cutThrough;
    private final Map<PointOfNoReturn, QueueId> underWay = new ConcurrentHashMap<>();
    private final Recording recording;
    private volatile boolean breakingOff;

    Attempts(
            Spool spool,
            Supplier<RetryPolicy> retry,
            TimeSource time,
            RandomGenerator random,
            RelayListener listener,
            InFlight inFlight,
            CutThrough cutThrough) {
        this.cutThrough = cutThrough;
        this.spool = spool;
        this.recording = new Recording(spool, listener);
        this.retry = retry;
        this.time = time;
        this.random = random;
        this.listener = listener;
        this.inFlight = inFlight;
    }

    /** How an attempt went for the downstream itself. */
    enum Strain {
        /** It answered, in good time or not. */
        NONE,
        /** It answered, and put everything off. */
        DEFERRAL,
        /** No connection, a broken one, a time-out. */
        TROUBLE
    }

    /** Told after each attempt how the downstream was. */
    @FunctionalInterface
    interface Report {
        void of(Strain strain, Duration took);
    }

    /** Outcomes and the way by which they came. */
    private record Made(Map<Recipient, RecipientOutcome> outcomes, RelayEvent.Via via) {}

    /**
     * Makes it.
     *
     * @param left how many parts of the entry's attempt are not over; the last one ends the claim
     * @param report told how the downstream was
     * @param stopping whether no delivery is to begin any more
     */
    void make(
            QueueEntry entry,
            String name,
            Optional<Downstream> downstream,
            List<Recipient> recipients,
            AtomicInteger left,
            BooleanSupplier stopping,
            Report report) {
        long start = time.nanoTime();
        Made made = new Made(Map.of(), RelayEvent.Via.nowhere(name));
        int place = inFlight.begin(entry.id());
        if (!stopping.getAsBoolean()) {
            made =
                    downstream.isPresent()
                            ? deliver(entry, downstream.get(), recipients, report)
                            : new Made(noDownstream(recipients), RelayEvent.Via.nowhere(name));
        }
        Duration took = Duration.ofNanos(time.nanoTime() - start);
        boolean last = left.decrementAndGet() == 0;
        try {
            if (!made.outcomes().isEmpty() || recipients.isEmpty()) {
                settle(entry, name, made, took, last, () -> inFlight.end(place));
            } else {
                // stopped before it began
                if (last) {
                    spool.letGo(entry.id(), Duration.ZERO);
                }
                inFlight.end(place);
            }
        } catch (SpoolException e) {
            if (e.kind() == SpoolException.Kind.UNKNOWN) {
                // somebody ended it meanwhile: there is nothing that could be delivered again
                inFlight.end(place);
            }
            // else closed: what was delivered and not recorded is delivered again, and the place
            // in the table of what is in flight stays taken to say so
            listener.trouble(entry.id(), name, e);
        } catch (RuntimeException defect) {
            listener.trouble(entry.id(), name, defect);
            if (last) {
                spool.letGo(entry.id(), AFTER_DEFECT);
            }
        } finally {
            if (last) {
                cutThrough.over(entry.id(), false);
            }
        }
    }

    private Made deliver(
            QueueEntry entry, Downstream downstream, List<Recipient> recipients, Report report) {
        RelayEvent.Via nowhere = RelayEvent.Via.nowhere(downstream.name());
        Envelope e = entry.envelope();
        Envelope due =
                new Envelope(
                        e.reversePath(),
                        recipients,
                        e.body(),
                        e.smtpUtf8(),
                        e.requireTls(),
                        e.envelopeId(),
                        e.dsnReturn());
        PointOfNoReturn point = underWay(entry.id());
        try {
            DeliveryRequest request =
                    new DeliveryRequest(
                            entry.id(), due, spool.relayed(entry.id()), origin(entry), point);
            DeliveryReport said = downstream.deliver(request);
            if (!point.isBrokenOff()) {
                report.of(strain(said), said.elapsed());
            }
            return new Made(said.outcomes(), via(said, downstream));
        } catch (InterruptedException interrupted) {
            // nothing was decided: as if it had not begun
            LOG.info("{}: broken off by the stop, nobody has it", entry.id());
            return new Made(Map.of(), nowhere);
        } catch (SpoolException | RuntimeException failure) {
            listener.trouble(entry.id(), downstream.name(), failure);
            SmtpReply reply = SmtpReply.of(451, "4.3.0", "Local trouble: " + printable(failure));
            return new Made(all(recipients, reply), nowhere);
        } finally {
            // the outcome is written down without being interrupted
            underWay.remove(point);
            if (point.over()) {
                LOG.debug("{}: over, after the stop asked for it", entry.id());
            }
        }
    }

    private PointOfNoReturn underWay(QueueId id) {
        PointOfNoReturn point = new PointOfNoReturn();
        underWay.put(point, id);
        if (breakingOff) {
            point.breakOff();
        }
        return point;
    }

    /**
     * Breaks off what is under way and can still be taken back, and from now on whatever begins.
     *
     * @return the entries whose last reply is being waited for
     */
    Set<QueueId> breakOff() {
        breakingOff = true;
        recording.stop();
        Set<QueueId> waiting = new TreeSet<>();
        underWay.forEach((point, id) -> {
            if (!point.breakOff()) {
                waiting.add(id);
            }
        });
        return waiting;
    }

    /** Waits until nothing is under way at any downstream; outcomes may still be written down. */
    void awaitLastReplies() throws InterruptedException {
        for (PointOfNoReturn point : underWay.keySet()) {
            point.awaitOver();
        }
    }

    private static Strain strain(DeliveryReport said) {
        Step step = said.trouble();
        if (step != null && step != Step.LOCAL) {
            return Strain.TROUBLE;
        }
        boolean deferral =
                said.outcomes().values().stream()
                        .allMatch(o ->
                                o instanceof RecipientOutcome.Deferred d && d.fromDownstream());
        return deferral ? Strain.DEFERRAL : Strain.NONE;
    }

    private static RelayEvent.Via via(DeliveryReport said, Downstream downstream) {
        Step step = said.trouble();
        RelayEvent.Handover handover =
                said.dsnPassedOn()
                        ? RelayEvent.Handover.RELAYED_WITH_DSN
                        : downstream.isFinalStore()
                                ? RelayEvent.Handover.STORED
                                : RelayEvent.Handover.RELAYED;
        return new RelayEvent.Via(
                said.peer(), said.tls(), step == null ? "" : step.words(), handover);
    }

    /** The client that brought it; what we wrote ourselves comes from nobody else. */
    private static @Nullable MessageOrigin origin(QueueEntry entry) {
        if (entry.notes().containsKey(NoticeSender.ABOUT_NOTE)) {
            return null;
        }
        return new MessageOrigin(
                entry.clientAddress(),
                entry.notes().get(MessageMeta.CLIENT_NAME),
                entry.helo().isEmpty() ? null : entry.helo());
    }

    private static String printable(Exception failure) {
        return String.valueOf(failure.getMessage()).replaceAll("[^ -~]", "?");
    }

    private static Map<Recipient, RecipientOutcome> noDownstream(List<Recipient> recipients) {
        return all(
                recipients,
                SmtpReply.of(451, "4.3.5", "No downstream is known for this recipient now"));
    }

    private static Map<Recipient, RecipientOutcome> all(
            List<Recipient> recipients, SmtpReply reply) {
        Map<Recipient, RecipientOutcome> outcomes = new LinkedHashMap<>();
        for (Recipient r : recipients) {
            outcomes.put(r, new RecipientOutcome.Deferred(reply, false, false));
        }
        return outcomes;
    }

    /**
     * Records and tells.
     *
     * @param onceDurable run when what came of it is durable
     */
    private void settle(
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
        Optional<QueueEntry> after =
                recording.record(
                        entry.id(),
                        name,
                        new AttemptResult(statuses, wait, reason(expired), last, marks),
                        onceDurable);
        events.forEach(listener::outcome);
        if (after.isEmpty()) {
            cutThrough.over(entry.id(), true);
            listener.finished(entry);
            return;
        }
        if (events.stream().anyMatch(Attempts::givenUp)) {
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

    private static String reason(boolean expired) {
        return expired ? "expired" : "failed";
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
