package org.postern.queue.surgery;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.postern.core.mail.QueueId;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.Change;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolException;

/**
 * Plans changes to many entries, applies them, and takes them back. Mail flows meanwhile: a plan
 * names entries by id, and those that have gone or changed state since are left out and counted.
 * Thread-safe.
 */
public final class Surgeon {
    private static final int SAMPLE = 10;

    private final Spool spool;
    private final PlanStore plans;
    private final TimeSource time;
    private final Duration grace;

    /**
     * A surgeon.
     *
     * @param folder where plans are kept, made when needed
     * @param grace how long the trash keeps what was dropped, and plans can be used
     */
    public Surgeon(Spool spool, Path folder, TimeSource time, Duration grace) {
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
            return spool.entries(selection.states()).filter(selection::matches);
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
        long bytes = 0;
        try (Stream<QueueEntry> entries = select(selection)) {
            for (QueueEntry entry : (Iterable<QueueEntry>) entries::iterator) {
                if (makesSense(action, entry)) {
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
                        sample);
        plans.write(plan);
        return plan;
    }

    private static boolean makesSense(Action action, QueueEntry entry) {
        return switch (action) {
            case HOLD -> entry.state() == EntryState.QUEUED || entry.state() == EntryState.DEFERRED;
            case RELEASE -> entry.state() == EntryState.HELD;
            case DROP -> entry.state() != EntryState.TRASH;
        };
    }

    /** Does to the plan's entries what it says; durable when this returns. */
    public Outcome apply(String planId, String actor) throws SurgeryException, SpoolException {
        return apply(plans.read(planId), actor);
    }

    private Outcome apply(Plan plan, String actor) throws SpoolException {
        Change change =
                switch (plan.action()) {
                    case HOLD -> new Change.Hold(actor, plan.mark());
                    case RELEASE -> new Change.Release(actor, true);
                    case DROP -> new Change.Drop(actor, plan.mark(), grace);
                };
        int changed = spool.change(plan.ids(), change).size();
        return new Outcome(changed, plan.count() - changed);
    }

    /**
     * Does one thing to one entry, without a plan.
     *
     * @return the plan's id, for undo; empty if it made no sense
     */
    public Optional<String> changeOne(Action action, QueueId id, String actor, String reason)
            throws SurgeryException, SpoolException {
        Optional<QueueEntry> entry = spool.find(id).filter(e -> makesSense(action, e));
        if (entry.isEmpty()) {
            return Optional.empty();
        }
        Plan plan =
                new Plan(
                        plans.newId(),
                        action,
                        reason,
                        actor,
                        time.instant(),
                        "--id " + id,
                        List.of(id),
                        entry.get().size(),
                        List.of(entry.get()));
        plans.write(plan);
        return apply(plan, actor).changed() == 1 ? Optional.of(plan.id()) : Optional.empty();
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
                        ? new Change.Restore(actor)
                        : new Change.Release(actor, false);
        int changed = spool.change(ours, back).size();
        return new Outcome(changed, plan.count() - changed);
    }

    /** Makes entries due at once; returns how many. Harmless, so it needs no plan. */
    public int retry(Selection selection) throws SpoolException {
        try (Stream<QueueEntry> entries = select(selection)) {
            return spool.retryNow(entries.map(QueueEntry::id).toList());
        }
    }

    /** A plan that was made before. */
    public Plan find(String planId) throws SurgeryException {
        return plans.read(planId);
    }

    /** Forgets plans whose trash has expired. */
    public void tidy() throws IOException {
        plans.expire(time.instant(), grace.plus(grace));
    }
}
