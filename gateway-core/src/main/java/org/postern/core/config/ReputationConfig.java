package org.postern.core.config;

import java.time.Duration;
import java.util.Set;

/**
 * Section {@code reputation}: what is learned of who sends, and what it calls for. Of the counts, 0
 * is never.
 *
 * @param slowAfter {@code slow-after}: unknown recipients of a client within the window, from which
 *     on the answer to each further one is delayed
 * @param slowBy {@code slow-by}: by how much
 * @param hangUpAfter {@code hang-up-after}: from which on each further one is answered 421
 * @param banAfter {@code ban-after}: from which on the client is kept out
 * @param ban {@code ban}: for how long
 * @param window {@code window}: what a count halves in
 * @param networkFactor {@code network-factor}: how much more a /24 or /64 may have
 * @param goodAfterMessages {@code good-after-messages}: accepted, authenticated messages that make
 *     a history good
 * @param goodAfterAge {@code good-after-age}: how old its first must be
 * @param halfLife {@code half-life}: in which a message counts half
 * @param traps {@code spam-traps}: addresses that nobody writes to, in look-up form
 * @param trapHold {@code trap-hold}: how long a client that does is kept on the trap list
 * @param anomalyMessages {@code anomaly-messages}: messages within an hour up to which nobody is
 *     anomalous; 0 switches it off
 * @param anomalyDeferrals {@code anomaly-deferrals}: deferrals within an hour up to which nobody is
 *     anomalous; 0 switches it off
 * @param anomalyMode {@code anomaly-mode}: whether mail of who is anomalous is held, or only told
 *     of
 * @param anomalyFactor {@code anomaly-factor}: how many times its busiest past hour somebody must
 *     exceed
 * @param anomalyAfter {@code anomaly-after}: how old somebody's past must be
 * @param anomalyHold {@code anomaly-hold}: how long mail of an anomalous sender is held
 */
public record ReputationConfig(
        int slowAfter,
        Duration slowBy,
        int hangUpAfter,
        int banAfter,
        Duration ban,
        Duration window,
        int networkFactor,
        int goodAfterMessages,
        Duration goodAfterAge,
        Duration halfLife,
        Set<String> traps,
        Duration trapHold,
        int anomalyMessages,
        int anomalyDeferrals,
        RuleConfig.Mode anomalyMode,
        int anomalyFactor,
        Duration anomalyAfter,
        Duration anomalyHold) {
    public ReputationConfig {
        traps = Set.copyOf(traps);
    }

    /**
     * What holds without the section.
     *
     * @param countsUnknown whether unknown recipients are limited at all: with {@code
     *     limits.unknown-recipients: 0} nobody is slowed, hung up on or banned for them
     */
    public static ReputationConfig defaults(boolean countsUnknown) {
        return new ReputationConfig(
                countsUnknown ? ReputationKeys.SLOW_AFTER.fallbackValue() : 0,
                ReputationKeys.SLOW_BY.fallbackValue(),
                countsUnknown ? ReputationKeys.HANG_UP_AFTER.fallbackValue() : 0,
                countsUnknown ? ReputationKeys.BAN_AFTER.fallbackValue() : 0,
                ReputationKeys.BAN.fallbackValue(),
                ReputationKeys.WINDOW.fallbackValue(),
                ReputationKeys.NETWORK_FACTOR.fallbackValue(),
                ReputationKeys.GOOD_AFTER_MESSAGES.fallbackValue(),
                ReputationKeys.GOOD_AFTER_AGE.fallbackValue(),
                ReputationKeys.HALF_LIFE.fallbackValue(),
                Set.of(),
                ReputationKeys.TRAP_HOLD.fallbackValue(),
                ReputationKeys.ANOMALY_MESSAGES.fallbackValue(),
                ReputationKeys.ANOMALY_DEFERRALS.fallbackValue(),
                ReputationKeys.ANOMALY_MODE.fallbackValue(),
                ReputationKeys.ANOMALY_FACTOR.fallbackValue(),
                ReputationKeys.ANOMALY_AFTER.fallbackValue(),
                ReputationKeys.ANOMALY_HOLD.fallbackValue());
    }
}
