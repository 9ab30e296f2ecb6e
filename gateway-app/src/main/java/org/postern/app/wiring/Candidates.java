package org.postern.app.wiring;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.postern.app.country.CountryFileException;
import org.postern.app.intake.CandidatePolicy;
import org.postern.core.config.PosternConfig;
import org.postern.core.problem.Problem;
import org.postern.core.problem.Problem.Severity;
import org.postern.core.recipients.FileRemovals;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.snapshot.Snapshots;
import org.postern.core.time.TimeSource;

/**
 * Takes candidates: one must be fit to come into force, as a reload would judge it now, and is
 * refused for the same errors otherwise. What a reload takes only when it is confirmed is no error
 * of a candidate, which takes nothing away from anybody: it is told. Blocks; any thread.
 */
final class Candidates {
    private final LiveConfiguration live;
    private final CandidatePolicy policy;
    private final Path data;
    private final TimeSource time;

    /**
     * @param data the data directory, which has the added entries whatever a candidate's file says
     */
    Candidates(LiveConfiguration live, CandidatePolicy policy, Path data, TimeSource time) {
        this.live = live;
        this.policy = policy;
        this.data = data;
        this.time = time;
    }

    /** Observes a configuration, or says what is wrong with it; one before goes on then. */
    SnapshotResult observe(Path file) {
        return Snapshots.candidate(file, data, time, this::look);
    }

    private List<Problem> look(Snapshot read) {
        PosternConfig config = read.config();
        List<Problem> problems = new ArrayList<>(removed(read));
        problems.addAll(Surroundings.checkUntouched(config));
        if (problems.stream().noneMatch(Problem::isError)) {
            try {
                policy.observe(read);
            } catch (CountryFileException e) {
                problems.add(Surroundings.about(config, e));
            }
        }
        return problems;
    }

    private List<Problem> removed(Snapshot read) {
        return new FileRemovals()
                        .check(
                                live.snapshot().recipients(),
                                read.recipients(),
                                read.config().recipients().maxRemoval(),
                                false,
                                read.config()::recipientsPlace)
                        .stream()
                        .map(p -> new Problem(p.place(), Severity.WARNING, p.message()))
                        .toList();
    }
}
