package org.postern.queue.schedule;

import java.time.Duration;
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
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.QueueEntry;
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
    private final TimeSource time;
    private final RelayListener listener;
    private final InFlight inFlight;
    private final CutThrough cutThrough;
    private final Map<PointOfNoReturn, QueueId> underWay = new ConcurrentHashMap<>();
    private final Settlement settlement;
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
        this.time = time;
        this.listener = listener;
        this.inFlight = inFlight;
        this.settlement = new Settlement(spool, retry, random, listener, cutThrough);
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
        Settlement.Made made = new Settlement.Made(Map.of(), RelayEvent.Via.nowhere(name));
        int place = inFlight.begin(entry.id());
        if (!stopping.getAsBoolean()) {
            made =
                    downstream.isPresent()
                            ? deliver(entry, downstream.get(), recipients, report)
                            : new Settlement.Made(
                                    noDownstream(recipients), RelayEvent.Via.nowhere(name));
        }
        Duration took = Duration.ofNanos(time.nanoTime() - start);
        boolean last = left.decrementAndGet() == 0;
        try {
            if (!made.outcomes().isEmpty() || recipients.isEmpty()) {
                settlement.settle(entry, name, made, took, last, () -> inFlight.end(place));
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

    private Settlement.Made deliver(
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
            return new Settlement.Made(said.outcomes(), via(said, downstream));
        } catch (InterruptedException interrupted) {
            // nothing was decided: as if it had not begun
            LOG.info("{}: broken off by the stop, nobody has it", entry.id());
            return new Settlement.Made(Map.of(), nowhere);
        } catch (SpoolException | RuntimeException failure) {
            listener.trouble(entry.id(), downstream.name(), failure);
            SmtpReply reply = SmtpReply.of(451, "4.3.0", "Local trouble: " + printable(failure));
            return new Settlement.Made(all(recipients, reply), nowhere);
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
        settlement.stop();
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
}
