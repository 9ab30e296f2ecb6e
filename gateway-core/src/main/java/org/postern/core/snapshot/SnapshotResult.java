package org.postern.core.snapshot;

import java.util.List;
import org.postern.core.problem.Problem;
import org.postern.core.problem.Problems;

/** What came of reading a whole configuration. */
public sealed interface SnapshotResult {
    /**
     * It can be used.
     *
     * @param snapshot the configuration with all its files
     * @param warnings what somebody should know
     */
    record Loaded(Snapshot snapshot, List<Problem> warnings) implements SnapshotResult {
        public Loaded {
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * It cannot be used; at a reload the old one stays in force.
     *
     * @param problems everything that is wrong in any of its files, and the warnings
     */
    record Refused(Problems problems) implements SnapshotResult {}
}
