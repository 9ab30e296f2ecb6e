package org.postern.core.snapshot;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.ConfigDraft;
import org.postern.core.config.ConfigLoader;
import org.postern.core.config.PosternConfig;
import org.postern.core.lists.AccessLists;
import org.postern.core.lists.DamagedList;
import org.postern.core.policy.PolicyEngine;
import org.postern.core.problem.Place;
import org.postern.core.problem.Problem;
import org.postern.core.problem.Problem.Severity;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.problem.Problems;
import org.postern.core.recipients.KeptCopies.Use;
import org.postern.core.recipients.Recipients;
import org.postern.core.time.TimeSource;

/**
 * Holds the configuration in force and swaps in another. Reading it is one volatile read; a reload
 * runs on the caller's thread, one at a time, and no session waits for it.
 */
public final class Snapshots {
    private final TimeSource time;
    private final Path data;
    private final UnaryOperator<Snapshot> complete;
    private final ReentrantLock reloading = new ReentrantLock();
    private volatile Snapshot current;
    private volatile @Nullable Refusal refusal;

    /**
     * A reload that was not taken.
     *
     * @param at when it was tried
     * @param why the first of its errors with its place, and how many more there were
     */
    public record Refusal(Instant at, String why) {
        private static Refusal of(Instant at, Problems problems) {
            List<Problem> errors = problems.all().stream().filter(Problem::isError).toList();
            String first = errors.isEmpty() ? "an error" : errors.getFirst().toString();
            return new Refusal(
                    at,
                    errors.size() > 1 ? first + " (and " + (errors.size() - 1) + " more)" : first);
        }
    }

    /** Puts a first snapshot into force. */
    public Snapshots(Snapshot first, TimeSource time) {
        this(first, time, UnaryOperator.identity());
    }

    /**
     * The same, with parts that live longer than one snapshot.
     *
     * @param complete puts them into a snapshot that was read from disk
     */
    public Snapshots(Snapshot first, TimeSource time, UnaryOperator<Snapshot> complete) {
        this.complete = complete;
        this.current = complete.apply(first);
        this.data = first.config().data();
        this.time = time;
    }

    /**
     * Reads a configuration with every file that it names, and tells every problem of all of them
     * at once, as they stand there.
     *
     * @param file the configuration file
     * @param time the clock by which list entries expire
     */
    public static SnapshotResult read(Path file, TimeSource time) {
        return read(file, 1, null, time);
    }

    /**
     * The same for {@code postern check}: recipient files are compared with their last good copies,
     * where there are some, and what a start would not take is warned of.
     */
    public static SnapshotResult check(Path file, TimeSource time) {
        return read(file, 1, null, Use.COMPARED, time);
    }

    /**
     * The same for a start: a recipient file that is of no use, or that has lost too many, is
     * answered from its last good copy, and a damaged file of added entries is mended ({@link
     * DamagedList}). Everything else must be good.
     */
    public static SnapshotResult start(Path file, TimeSource time) {
        return switch (read(file, 1, null, Use.SERVED, time)) {
            case SnapshotResult.Loaded loaded -> loaded;
            // all problems at once, those of recipient files too
            case SnapshotResult.Refused refused ->
                    read(file, time) instanceof SnapshotResult.Refused all ? all : refused;
        };
    }

    /**
     * The same as a candidate or the next revision of a gateway that runs.
     *
     * @param data where its added entries lie, whatever the file says; null: where the file says
     */
    private static SnapshotResult read(
            Path file, long revision, @Nullable Path data, TimeSource time) {
        return read(file, revision, data, Use.NONE, time);
    }

    private static SnapshotResult read(
            Path file, long revision, @Nullable Path data, Use copies, TimeSource time) {
        ProblemCollector problems = new ProblemCollector();
        ConfigDraft draft = ConfigLoader.draft(file, problems);
        if (copies == Use.SERVED) {
            draft.config().ifPresent(config -> DamagedList.mend(config.data(), time, problems));
        }
        AccessLists lists =
                withAdded(
                        AccessLists.load(
                                draft.allow(), draft.deny(), draft.named(), time, problems),
                        draft,
                        data,
                        problems);
        Recipients recipients = Recipients.load(draft, copies, problems);
        Doubts.of(draft, file, recipients, time, problems);
        Problems found = problems.toProblems();
        if (draft.config().isEmpty() || found.hasErrors()) {
            return new SnapshotResult.Refused(found);
        }
        return new SnapshotResult.Loaded(
                new Snapshot(
                        revision,
                        time.instant(),
                        draft.config().get(),
                        lists,
                        recipients,
                        PolicyEngine.of(draft.config().get(), lists, time)),
                found.warnings());
    }

    /**
     * The same for a configuration that is to be looked at beside the one in force.
     *
     * @param data where the added entries lie, whatever the file says
     * @param lastLook as for {@link #reload}
     */
    public static SnapshotResult candidate(
            Path file, Path data, TimeSource time, Function<Snapshot, List<Problem>> lastLook) {
        return look(read(file, 1, data, time), lastLook);
    }

    private static AccessLists withAdded(
            AccessLists lists, ConfigDraft draft, @Nullable Path data, ProblemCollector problems) {
        return draft.config()
                .map(config -> lists.withAdded(data == null ? config.data() : data, problems))
                .orElse(lists);
    }

    /** The configuration in force. */
    public Snapshot current() {
        return current;
    }

    /** The last reload if it was refused; empty if it was taken, or before any. */
    public Optional<Refusal> refusal() {
        return Optional.ofNullable(refusal);
    }

    /**
     * Reads the configuration file again and puts it into force, or keeps the old one and says why.
     * What cannot change while the gateway runs is named in the warnings.
     *
     * @param lastLook what the real world has against a configuration that reads well, such as a
     *     downstream that does not exist; any error in it refuses the reload
     */
    public SnapshotResult reload(Function<Snapshot, List<Problem>> lastLook) {
        reloading.lock();
        try {
            Snapshot before = current;
            SnapshotResult result =
                    look(
                            completed(
                                    read(
                                            before.config().file(),
                                            before.revision() + 1,
                                            data, // changes with the next start
                                            time)),
                            lastLook);
            return switch (result) {
                case SnapshotResult.Refused refused -> {
                    refusal = Refusal.of(time.instant(), refused.problems());
                    yield refused;
                }
                case SnapshotResult.Loaded loaded -> {
                    current = loaded.snapshot();
                    refusal = null;
                    List<Problem> warnings = new ArrayList<>(loaded.warnings());
                    warnings.addAll(untilRestart(before.config(), loaded.snapshot().config()));
                    yield new SnapshotResult.Loaded(loaded.snapshot(), warnings);
                }
            };
        } catch (RuntimeException e) {
            refusal = new Refusal(time.instant(), "it ended in a fault of the program: " + e);
            throw e;
        } finally {
            reloading.unlock();
        }
    }

    /**
     * Reads the added entries again and puts them into force beside everything that is in force
     * now; the revision stays, since nobody has changed the configuration.
     *
     * @return the snapshot now in force, or what is wrong with a file of added entries; the old one
     *     stays then
     */
    public SnapshotResult refreshAdded() {
        reloading.lock();
        try {
            Snapshot before = current;
            ProblemCollector problems = new ProblemCollector();
            Snapshot after = before.withAdded(data, time, problems);
            Problems found = problems.toProblems();
            if (found.hasErrors()) {
                return new SnapshotResult.Refused(found);
            }
            current = after;
            return new SnapshotResult.Loaded(current, found.warnings());
        } finally {
            reloading.unlock();
        }
    }

    private SnapshotResult completed(SnapshotResult read) {
        return switch (read) {
            case SnapshotResult.Refused refused -> refused;
            case SnapshotResult.Loaded loaded ->
                    new SnapshotResult.Loaded(complete.apply(loaded.snapshot()), loaded.warnings());
        };
    }

    private static SnapshotResult look(
            SnapshotResult read, Function<Snapshot, List<Problem>> lastLook) {
        if (!(read instanceof SnapshotResult.Loaded loaded)) {
            return read;
        }
        List<Problem> all = new ArrayList<>(loaded.warnings());
        all.addAll(lastLook.apply(loaded.snapshot()));
        return all.stream().anyMatch(Problem::isError)
                ? new SnapshotResult.Refused(new Problems(all, 0))
                : new SnapshotResult.Loaded(loaded.snapshot(), all);
    }

    private static List<Problem> untilRestart(PosternConfig before, PosternConfig after) {
        List<Problem> warnings = new ArrayList<>();
        if (!before.hostname().equals(after.hostname())) {
            warnings.add(
                    warning(
                            after,
                            "hostname has changed: sessions and deliveries say the new name from"
                                    + " now on, notices to other people's hosts introduce"
                                    + " themselves by it from the next start on"));
        }
        note(warnings, after, "data", before.data(), after.data());
        note(warnings, after, "listeners", before.listeners(), after.listeners());
        note(warnings, after, "spool", before.spool(), after.spool());
        note(warnings, after, "admin", before.admin(), after.admin());
        note(warnings, after, "log", before.log(), after.log());
        note(warnings, after, "journal", before.journal(), after.journal());
        return warnings;
    }

    private static void note(
            List<Problem> warnings, PosternConfig config, String key, Object before, Object after) {
        if (!Objects.equals(before, after)) {
            warnings.add(
                    warning(config, key + " has changed, which takes effect at the next start"));
        }
    }

    private static Problem warning(PosternConfig config, String what) {
        return new Problem(Place.start(config.file()), Severity.WARNING, what);
    }
}
