package org.postern.app.wiring;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.postern.app.state.GatewayState;
import org.postern.app.telemetry.Metrics;
import org.postern.app.text.Human;
import org.postern.core.config.PosternConfig;
import org.postern.core.config.RuleConfig;
import org.postern.core.time.TimeSource;

/**
 * Watches the ends of the rules of section {@code policy}: a rule whose time is over refuses
 * nothing any more, and somebody has to hear of that. Thread-safe.
 */
final class OwnRules {
    /** So long before its end a rule is named in the status. */
    private static final Duration SOON = Duration.ofDays(3);

    private final Supplier<PosternConfig> config;
    private final TimeSource time;

    OwnRules(Supplier<PosternConfig> config, Metrics metrics, TimeSource time) {
        this.config = config;
        this.time = time;
        metrics.gauge("policy.rules.ended", this::ended);
    }

    private long ended() {
        Instant now = time.instant();
        return config.get().rules().filter(rule -> rule.hasEnded(now)).count();
    }

    /** The rules that have ended or will soon, for the status and the alert. */
    List<GatewayState.Helper> states() {
        Instant now = time.instant();
        List<GatewayState.Helper> states = new ArrayList<>();
        config.get().rules().forEach(rule -> state(rule, now, states));
        return states;
    }

    private static void state(RuleConfig rule, Instant now, List<GatewayState.Helper> states) {
        Instant end = rule.expires();
        if (end == null || now.plus(SOON).isBefore(end)) {
            return;
        }
        boolean over = rule.hasEnded(now);
        states.add(
                new GatewayState.Helper(
                        "rule",
                        rule.name(),
                        !over,
                        over
                                ? "ENDED at " + end + ", has no effect (" + rule.place() + ")"
                                : "ends in " + Human.duration(Duration.between(now, end))));
    }
}
