package org.postern.app.reputation;

import java.time.Duration;
import java.util.Set;
import org.postern.core.config.ReputationConfig;
import org.postern.core.config.RuleConfig;

/** Settings of section reputation of which a test says only what it is about. */
final class TestSettings {
    private TestSettings() {}

    /** Thresholds of those who name unknown recipients; a network may have twice, anomalies off. */
    static ReputationConfig harvest(int slow, int hangUp, int ban) {
        ReputationConfig defaults = ReputationConfig.defaults(true);
        return new ReputationConfig(
                slow,
                Duration.ofSeconds(2),
                hangUp,
                ban,
                Duration.ofHours(1),
                Duration.ofHours(1),
                2,
                20,
                defaults.goodAfterAge(),
                defaults.halfLife(),
                Set.of(),
                defaults.trapHold(),
                0,
                0,
                defaults.anomalyMode(),
                10,
                Duration.ofDays(7),
                Duration.ofHours(4));
    }

    /**
     * Twice what somebody ever sent is anomalous beyond so much, from the first day; no harvest.
     */
    static ReputationConfig anomalies(
            int messages, int deferrals, RuleConfig.Mode mode, Duration hold) {
        ReputationConfig defaults = ReputationConfig.defaults(true);
        return new ReputationConfig(
                0,
                defaults.slowBy(),
                0,
                0,
                defaults.ban(),
                defaults.window(),
                4,
                20,
                defaults.goodAfterAge(),
                defaults.halfLife(),
                Set.of(),
                defaults.trapHold(),
                messages,
                deferrals,
                mode,
                2,
                Duration.ZERO,
                hold);
    }
}
