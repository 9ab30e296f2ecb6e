package org.postern.core.config;

import org.postern.core.problem.ProblemCollector;

/** Reads section {@code journal} and those of what watches. */
final class EvidenceReader {
    /** Below this a day's file would be cut into parts all the time. */
    private static final long LEAST_SIZE = 16L << 20;

    private final ProblemCollector problems;

    EvidenceReader(ProblemCollector problems) {
        this.problems = problems;
    }

    JournalConfig journal(Section s) {
        JournalConfig journal =
                new JournalConfig(
                        s.orDefault(EvidenceKeys.JOURNAL_ENABLED),
                        s.orDefault(EvidenceKeys.JOURNAL_RETENTION),
                        s.orDefault(EvidenceKeys.JOURNAL_MAX_SIZE),
                        s.orDefault(EvidenceKeys.JOURNAL_QUEUE),
                        s.orDefault(EvidenceKeys.JOURNAL_SUBJECTS),
                        s.orDefault(EvidenceKeys.JOURNAL_PRIVACY));
        if (journal.maxSize() < LEAST_SIZE) {
            problems.error(
                    s.placeOf(EvidenceKeys.JOURNAL_MAX_SIZE),
                    "journal.max-size must be 16MB or more; enabled: false switches it off");
        }
        s.finish();
        return journal;
    }
}
