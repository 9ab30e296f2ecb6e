package org.postern.core.config;

import java.util.List;
import org.postern.core.problem.Problem;
import org.postern.core.problem.Problems;

/** What came of reading a configuration file. */
public sealed interface LoadResult {
    /**
     * It can be used.
     *
     * @param config the configuration
     * @param warnings what somebody should know
     */
    record Loaded(PosternConfig config, List<Problem> warnings) implements LoadResult {
        public Loaded {
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * It cannot be used.
     *
     * @param problems everything that is wrong with it, and the warnings
     */
    record Refused(Problems problems) implements LoadResult {}
}
