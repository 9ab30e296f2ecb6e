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
        // who names a threshold means it: as before there was a mode, and the other one is off
        boolean named =
                s.has(ReputationKeys.ANOMALY_MESSAGES) || s.has(ReputationKeys.ANOMALY_DEFERRALS);
        RuleConfig.Mode usual =
                named ? RuleConfig.Mode.ENFORCE : ReputationKeys.ANOMALY_MODE.fallbackValue();
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
                        threshold(s, ReputationKeys.ANOMALY_MESSAGES, !named),
                        threshold(s, ReputationKeys.ANOMALY_DEFERRALS, !named),
                        s.one(ReputationKeys.ANOMALY_MODE).orElse(usual),
                        s.orDefault(ReputationKeys.ANOMALY_FACTOR),
                        s.orDefault(ReputationKeys.ANOMALY_AFTER),
                        s.positive(ReputationKeys.ANOMALY_HOLD));
        order(s, config);
        s.finish();
        return config;
    }

    /** What comes first leaves nothing for what comes later to be of use. */
    private void order(Section s, ReputationConfig c) {
        unreached(s, ReputationKeys.SLOW_AFTER, c.slowAfter(), "hung up on", c.hangUpAfter());
        unreached(s, ReputationKeys.SLOW_AFTER, c.slowAfter(), "kept out", c.banAfter());
        unreached(s, ReputationKeys.HANG_UP_AFTER, c.hangUpAfter(), "kept out", c.banAfter());
        boolean judges = c.anomalyMessages() > 0 || c.anomalyDeferrals() > 0;
        if (judges && c.anomalyAfter().isZero()) {
            problems.warning(
                    s.placeOf(ReputationKeys.ANOMALY_AFTER),
                    "with anomaly-after 0s whoever is new is anomalous from anomaly-messages or"
                            + " anomaly-deferrals on: there is no past to measure by");
        }
    }

    private void unreached(Section s, Key<Integer> key, int from, String before, int threshold) {
        if (from > 0 && threshold > 0 && from >= threshold) {
            problems.warning(
                    s.has(key) ? s.placeOf(key) : s.place(),
                    key.path()
                            + " "
                            + from
                            + " is reached by none but known good senders: who is not is "
                            + before
                            + " from "
                            + threshold
                            + " unknown recipients on");
        }
    }

    private static int threshold(Section s, Key<Integer> key, boolean usual) {
        return usual ? s.orDefault(key) : s.one(key).orElse(0);
    }
}
