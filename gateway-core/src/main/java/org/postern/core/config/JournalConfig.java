package org.postern.core.config;

import java.time.Duration;

/**
 * Section {@code journal}: what is kept of what happened, for how long.
 *
 * @param enabled {@code enabled}
 * @param retention {@code retention}: days older than this are removed
 * @param maxSize {@code max-size}: octets on disk, beyond which the oldest days are removed
 * @param queue {@code queue}: events that may wait to be written; further ones are lost and counted
 * @param subjects {@code subjects}: whether the Subject field is kept
 * @param privacy {@code privacy}
 */
public record JournalConfig(
        boolean enabled,
        Duration retention,
        long maxSize,
        int queue,
        boolean subjects,
        Privacy privacy) {
    /** How addresses are kept. */
    public enum Privacy {
        /** As they are. */
        PLAIN,
        /**
         * As keyed hashes, which can be found by the exact address alone; domains stay readable.
         */
        HASHED
    }

    /** What holds where the file says nothing. */
    public static final JournalConfig DEFAULT =
            new JournalConfig(
                    EvidenceKeys.JOURNAL_ENABLED.fallbackValue(),
                    EvidenceKeys.JOURNAL_RETENTION.fallbackValue(),
                    EvidenceKeys.JOURNAL_MAX_SIZE.fallbackValue(),
                    EvidenceKeys.JOURNAL_QUEUE.fallbackValue(),
                    EvidenceKeys.JOURNAL_SUBJECTS.fallbackValue(),
                    EvidenceKeys.JOURNAL_PRIVACY.fallbackValue());
}
