package org.postern.core.config;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.problem.ProblemCollector;

/** Reads section {@code reputation}. */
final class ReputationReader {
    private static final Duration SLOWEST = Duration.ofSeconds(30);

    private final ProblemCollector problems;

    ReputationReader(ProblemCollector problems) {
        this.problems = problems;
    }

    /**
     * Reads the section.
     *
     * @param hosted the domains that mail is taken for
     * @param countsUnknown whether {@code limits} limits unknown recipients; where it does not, the
     *     thresholds for them hold only when the section names them
     */
    ReputationConfig read(Section s, Set<Domain> hosted, boolean countsUnknown) {
        Set<String> traps = new HashSet<>();
        for (Section.Placed<EmailAddress> trap : s.list(ReputationKeys.TRAPS)) {
            if (trap.value().host() instanceof Domain d && hosted.contains(d)) {
                traps.add(trap.value().key());
            } else {
                problems.error(trap.place(), trap.value() + " is of no domain of ours");
            }
        }
        Duration slow = s.orDefault(ReputationKeys.SLOW_BY);
        if (slow.compareTo(SLOWEST) > 0) {
            problems.error(
                    s.placeOf(ReputationKeys.SLOW_BY),
                    "reputation.slow-by must be 30s at most: a client waits no longer");
        }
        ReputationConfig config =
                new ReputationConfig(
                        threshold(s, ReputationKeys.SLOW_AFTER, countsUnknown),
                        slow,
                        threshold(s, ReputationKeys.HANG_UP_AFTER, countsUnknown),
                        threshold(s, ReputationKeys.BAN_AFTER, countsUnknown),
                        s.positive(ReputationKeys.BAN),
                        s.positive(ReputationKeys.WINDOW),
                        s.orDefault(ReputationKeys.NETWORK_FACTOR),
                        s.orDefault(ReputationKeys.GOOD_AFTER_MESSAGES),
                        s.orDefault(ReputationKeys.GOOD_AFTER_AGE),
                        s.positive(ReputationKeys.HALF_LIFE),
                        traps,
                        s.positive(ReputationKeys.TRAP_HOLD),
                        s.orDefault(ReputationKeys.ANOMALY_MESSAGES),
                        s.orDefault(ReputationKeys.ANOMALY_DEFERRALS),
                        s.orDefault(ReputationKeys.ANOMALY_FACTOR),
                        s.orDefault(ReputationKeys.ANOMALY_AFTER),
                        s.positive(ReputationKeys.ANOMALY_HOLD));
        s.finish();
        return config;
    }

    private static int threshold(Section s, Key<Integer> key, boolean countsUnknown) {
        return countsUnknown ? s.orDefault(key) : s.one(key).orElse(0);
    }
}
