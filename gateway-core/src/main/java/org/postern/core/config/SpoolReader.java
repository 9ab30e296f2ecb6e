package org.postern.core.config;

import java.nio.file.Path;
import java.time.Duration;
import org.postern.core.problem.ProblemCollector;

/** Reads section {@code spool}. */
final class SpoolReader {
    private final PathResolver paths;
    private final ProblemCollector problems;

    SpoolReader(PathResolver paths, ProblemCollector problems) {
        this.paths = paths;
        this.problems = problems;
    }

    /**
     * Reads the section.
     *
     * @param usual where the spool lies unless the section says otherwise
     */
    SpoolConfig read(Section s, Path usual) {
        Path directory =
                s.one(SpoolKeys.DIRECTORY)
                        .flatMap(d -> paths.resolve(d, s.placeOf(SpoolKeys.DIRECTORY)))
                        .map(FileReference::absolute)
                        .orElse(usual);
        long segment = s.orDefault(SpoolKeys.SEGMENT_SIZE);
        if (segment < 1L << 20 || segment > 1L << 30) {
            problems.error(
                    s.placeOf(SpoolKeys.SEGMENT_SIZE),
                    "spool.segment-size must be from 1MB to 1GB");
        }
        SpoolConfig defaults = SpoolConfig.defaults(directory);
        SpoolConfig amounts =
                new SpoolConfig(
                        directory,
                        segment,
                        s.orDefault(SpoolKeys.MIN_FREE),
                        s.orDefault(SpoolKeys.MIN_FREE_INODES),
                        s.orDefault(SpoolKeys.INDEX_MEMORY),
                        s.orDefault(SpoolKeys.COMPACTION_RATE),
                        defaults.retryFirst(),
                        defaults.retryMax(),
                        defaults.retryExpire());
        SpoolConfig spool = s.section("retry").map(r -> retry(r, amounts)).orElse(amounts);
        s.finish();
        return spool;
    }

    private SpoolConfig retry(Section r, SpoolConfig amounts) {
        Duration first = r.positive(SpoolKeys.RETRY_FIRST);
        Duration max = r.positive(SpoolKeys.RETRY_MAX);
        Duration expire = r.positive(SpoolKeys.RETRY_EXPIRE);
        r.finish();
        if (first.compareTo(max) > 0) {
            problems.error(
                    r.placeOf(r.has("first") ? SpoolKeys.RETRY_FIRST : SpoolKeys.RETRY_MAX),
                    "spool.retry.first must not be longer than spool.retry.max");
        }
        if (max.compareTo(expire) > 0) {
            problems.error(
                    r.placeOf(r.has("max") ? SpoolKeys.RETRY_MAX : SpoolKeys.RETRY_EXPIRE),
                    "spool.retry.max must not be longer than spool.retry.expire");
        }
        return new SpoolConfig(
                amounts.directory(),
                amounts.segmentBytes(),
                amounts.minFreeBytes(),
                amounts.minFreeInodes(),
                amounts.indexBytes(),
                amounts.compactionBytes(),
                first,
                max,
                expire);
    }
}
