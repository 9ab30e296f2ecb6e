package org.postern.queue.surgery;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.postern.core.mail.BodyType;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.QueueId;
import org.postern.core.time.TimeSource;
import org.postern.queue.dsn.NoticeSender;
import org.postern.queue.spool.Change;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolWriter;
import org.postern.queue.spool.StoredMessage;

/**
 * Plans changes to many entries, applies them, and takes them back. Mail flows meanwhile: a plan
 * names entries by id, and those that have gone or changed state since are left out and counted.
 * Thread-safe.
 */
public final class Surgeon {
    /** With what the reason of an entry begins that an undo brought back. */
    public static final String UNDO = "undo of ";

    private static final int SAMPLE = 10;

    private final Spool spool;
    private final PlanStore plans;
    private final TimeSource time;
    private final Duration grace;
    private final Bouncer bouncer;
    private final SurgeryListener listener;

    /**
     * A surgeon.
     *
     * @param folder where plans are kept, made when needed
     * @param grace how long the trash keeps what was dropped, and plans can be used
     */
    public Surgeon(Spool spool, Path folder, TimeSource time, Duration grace) {
        this(spool, folder, time, grace, Bouncer.NONE, SurgeryListener.NONE);
    }

    /**
     * One that can bounce, and is heard.
     *
     * @param bouncer tells senders
     * @param listener hears what was done, after it is durable
     */
    public Surgeon(
            Spool spool,
            Path folder,
            TimeSource time,
            Duration grace,
            Bouncer bouncer,
            SurgeryListener listener) {
        this.bouncer = bouncer;
        this.listener = listener;
        this.spool = spool;
        this.plans = new PlanStore(folder);
        this.time = time;
        this.grace = grace;
    }

    /**
     * What a change did.
     *
     * @param changed entries it was done to
     * @param left entries that are gone, or in a state for which it makes no sense
     */
    public record Outcome(int changed, int left) {}

    /** The entries that are meant, in order of id, read as the stream is consumed. */
    public Stream<QueueEntry> select(Selection selection) throws SpoolException {
        if (selection.ids().isEmpty()) {
            return spool.entries(selection.states(), selection::mayMean).filter(selection::matches);
        }
        List<QueueEntry> found = new ArrayList<>();
        for (QueueId id : selection.ids().stream().sorted().toList()) {
            spool.find(id).filter(selection::matches).ifPresent(found::add);
        }
        return found.stream();
    }

    /** Says exactly what would be done to what, and keeps that for {@link #apply}. */
    public Plan plan(Action action, Selection selection, String actor, String reason)
            throws SurgeryException, SpoolException {
        List<QueueId> ids = new ArrayList<>();
        List<QueueEntry> sample = new ArrayList<>();
        Map<String, Integer> leftOut = new TreeMap<>();
        long bytes = 0;
        try (Stream<QueueEntry> entries = select(selection)) {
            for (QueueEntry entry : (Iterable<QueueEntry>) entries::iterator) {
                Optional<String> objection = objection(action, entry);
                if (objection.isPresent()) {
                    leftOut.merge(objection.get(), 1, Integer::sum);
                } else {
                    ids.add(entry.id());
                    bytes += entry.size();
                    if (sample.size() < SAMPLE) {
                        sample.add(entry);
                    }
                }
            }
        }
        Plan plan =
                new Plan(
                        plans.newId(),
                        action,
                        reason,
                        actor,
                        time.instant(),
                        selection.toString(),
                        ids,
                        bytes,
                        sample,
                        leftOut);
        plans.write(plan);
        return plan;
    }

    /** Why it makes no sense for an entry, in words; empty where it does. */
    private Optional<String> objection(Action action, QueueEntry entry) {
        EntryState state = entry.state();
        boolean sense =
                switch (action) {
                    case HOLD -> state == EntryState.QUEUED || state == EntryState.DEFERRED;
                    case RELEASE -> state == EntryState.HELD || isInTrashByRule(entry);
                    case DROP, BOUNCE -> state != EntryState.TRASH;
                };
        if (!sense) {
            return Optional.of(
                    action == Action.RELEASE && state == EntryState.TRASH
                            ? "dropped by a plan: postern queue undo PLAN"
                            : "already " + state.word());
        }
        return action == Action.BOUNCE ? bouncer.objection(entry) : Optional.empty();
    }

    /** What a rule has dropped, such as mail to a spam trap, has no plan that could be undone. */
    private static boolean isInTrashByRule(QueueEntry entry) {
        return entry.state() == EntryState.TRASH && entry.actor().equals(MessageMeta.HOLD_ACTOR);
    }

    /** Does to the plan's entries what it says; durable when this returns. */
    public Outcome apply(String planId, String actor) throws SurgeryException, SpoolException {
        return apply(plans.read(planId), actor);
    }

    /**
     * The same for somebody who means to do just this.
     *
     * @throws SurgeryException also if the plan is to do something else
     */
    public Outcome apply(String planId, Action meant, String actor)
            throws SurgeryException, SpoolException {
        Plan plan = plans.read(planId);
        if (plan.action() != meant) {
            throw new SurgeryException(
                    planId
                            + " is a plan to "
                            + plan.action().word()
                            + ", not to "
                            + meant.word()
                            + "; nothing is changed. To do it: postern queue "
                            + plan.action().word()
                            + " --apply "
                            + planId);
        }
        return apply(plan, actor);
    }

    private Outcome apply(Plan plan, String actor) throws SurgeryException, SpoolException {
        plans.used(plan.id(), time.instant());
        if (plan.action() == Action.BOUNCE) {
            return bounce(plan, actor);
        }
        Change change =
                switch (plan.action()) {
                    case HOLD -> new Change.Hold(actor, plan.mark());
                    case RELEASE -> new Change.Release(actor, true, plan.reason());
                    case DROP -> new Change.Drop(actor, plan.mark(), grace);
                    case BOUNCE -> throw new IllegalStateException("bounced above");
                };
        List<QueueId> changed = spool.change(plan.ids(), change);
        tell(plan.action().word(), plan, actor, changed);
        return new Outcome(changed.size(), plan.count() - changed.size());
    }

    private void tell(String what, Plan plan, String actor, List<QueueId> changed) {
        if (!changed.isEmpty()) {
            listener.changed(
                    new SurgeryEvent(
                            what, plan.id(), actor, plan.reason(), plan.selection(), changed));
        }
    }

    /**
     * On hold first, so that no attempt begins; one that is under way may yet deliver, so that
     * entry stays on hold for another look.
     */
    private Outcome bounce(Plan plan, String actor) throws SpoolException {
        spool.change(plan.ids(), new Change.Hold(actor, plan.mark()));
        List<QueueId> quiet = new ArrayList<>();
        for (QueueId id : plan.ids()) {
            Optional<QueueEntry> entry = spool.find(id);
            if (entry.isPresent()
                    && !entry.get().active()
                    && objection(Action.BOUNCE, entry.get()).isEmpty()) {
                quiet.add(id);
            }
        }
        List<QueueId> changed =
                spool.change(quiet, new Change.GiveUp(actor, NoticeSender.GIVEN_UP));
        tell(Action.BOUNCE.word(), plan, actor, changed);
        changed.forEach(bouncer::givenUp);
        return new Outcome(changed.size(), plan.count() - changed.size());
    }

    /**
     * Takes back what a plan did, as far as nobody else has changed it since: dropped entries come
     * back to the state they had, held ones go on.
     *
     * @throws SurgeryException if the plan is not known, or was a release
     */
    public Outcome undo(String planId, String actor) throws SurgeryException, SpoolException {
        Plan plan = plans.read(planId);
        EntryState made =
                switch (plan.action()) {
                    case HOLD -> EntryState.HELD;
                    case DROP -> EntryState.TRASH;
                    case BOUNCE ->
                            throw new SurgeryException(
                                    planId
                                            + ": a bounce cannot be undone, its senders have been"
                                            + " told");
                    case RELEASE ->
                            throw new SurgeryException(
                                    planId
                                            + ": a release cannot be undone, its mail may be gone"
                                            + " already; hold what is left");
                };
        List<QueueId> ours = new ArrayList<>();
        for (QueueId id : plan.ids()) {
            Optional<QueueEntry> entry = spool.find(id);
            if (entry.isPresent()
                    && entry.get().state() == made
                    && entry.get().reason().equals(plan.mark())) {
                ours.add(id);
            }
        }
        Change back =
                made == EntryState.TRASH
                        ? new Change.Restore(actor, UNDO + planId)
                        : new Change.Release(actor, false, UNDO + planId);
        List<QueueId> changed = spool.change(ours, back);
        tell("undo", plan, actor, changed);
        return new Outcome(changed.size(), plan.count() - changed.size());
    }

    /** Makes entries due at once; returns how many. Harmless, so it needs no plan. */
    public int retry(Selection selection) throws SpoolException {
        return retry(selection, "unknown", "");
    }

    /** As {@link #retry(Selection)}, by somebody for a reason. */
    public int retry(Selection selection, String actor, String reason) throws SpoolException {
        List<QueueId> ids;
        try (Stream<QueueEntry> entries = select(selection)) {
            ids = entries.map(QueueEntry::id).toList();
        }
        int due = spool.retryNow(ids);
        if (due > 0) {
            listener.changed(
                    new SurgeryEvent("retry", "", actor, reason, selection.toString(), ids));
        }
        return due;
    }

    /** What is selected, by domain and age; from the index alone where nothing narrows it down. */
    public QueueSummary summary(Selection selection) throws SpoolException {
        QueueSummary summary = new QueueSummary();
        if (selection.isEverything()) {
            spool.survey(selection.states(), summary::add);
            return summary;
        }
        try (Stream<QueueEntry> entries = select(selection)) {
            entries.forEach(summary::add);
        }
        return summary;
    }

    /**
     * Queues a message from a file that {@link Eml} wrote.
     *
     * @param in the message, behind the fields
     * @param header what the fields say
     * @param held whether it is queued on hold
     * @return its new id
     * @throws SurgeryException if the entry that the file names is still queued
     * @throws IOException if the file cannot be read or the spool takes nothing
     */
    public QueueId reinject(
            InputStream in, Eml.Header header, boolean held, String actor, String reason)
            throws SurgeryException, IOException {
        if (!header.id().isEmpty()) {
            QueueId before = new QueueId(parsed(header.id()).sequence());
            if (spool.find(before).filter(e -> e.state() != EntryState.TRASH).isPresent()) {
                throw new SurgeryException(
                        before
                                + " is still in the queue; drop it first, or the mail goes out"
                                + " twice");
            }
        }
        try (SpoolWriter out = spool.begin()) {
            boolean eightBit = Eml.copy(in, out::write);
            StoredMessage stored = out.commit(reinjected(header.meta(), eightBit, held, actor));
            listener.changed(
                    new SurgeryEvent(
                            "reinject", "", actor, reason, header.id(), List.of(stored.id())));
            return stored.id();
        }
    }

    private static QueueId parsed(String id) throws SurgeryException {
        try {
            return QueueId.parse(id);
        } catch (IllegalArgumentException e) {
            throw new SurgeryException("the file names a queue id that is none: " + id, e);
        }
    }

    private static MessageMeta reinjected(
            MessageMeta meta, boolean eightBit, boolean held, String actor) {
        Map<String, String> notes = new TreeMap<>(meta.notes());
        notes.put("reinjected-by", actor);
        if (held) {
            notes.put(MessageMeta.HOLD, "reinjected on hold by " + actor);
        }
        Envelope e = meta.envelope();
        // a file that was edited may have gained what its envelope did not announce
        BodyType body = eightBit ? BodyType.EIGHT_BIT_MIME : e.body();
        return new MessageMeta(
                new Envelope(
                        e.reversePath(),
                        e.recipients(),
                        body,
                        e.smtpUtf8(),
                        e.requireTls(),
                        e.envelopeId(),
                        e.dsnReturn()),
                meta.received(),
                meta.clientAddress(),
                meta.helo(),
                meta.traceHeaders(),
                meta.omitted(),
                notes);
    }

    /** A plan that was made before. */
    public Plan find(String planId) throws SurgeryException {
        return plans.read(planId);
    }

    /**
     * Forgets plans that were made, or applied last, so long ago that the trash has let go what
     * they dropped: twice the grace, since the trash counts only time that the gateway runs.
     *
     * @return how many
     */
    public int tidy() throws IOException {
        return plans.expire(time.instant(), grace.plus(grace));
    }
}
