package org.postern.core.config;

import java.time.Duration;
import java.util.List;

/**
 * Section {@code dnsbl}: DNS block and allow lists.
 *
 * @param threshold {@code threshold}: the score from which the rule {@code dnsbl} applies
 * @param mode {@code mode}: whether that rule refuses or is only counted
 * @param deadline {@code deadline}: how long an answer may take, from when it was asked for
 * @param selfTest {@code self-test}: how often each list is tested
 * @param lists {@code lists}
 */
public record DnsblConfig(
        int threshold,
        RuleConfig.Mode mode,
        Duration deadline,
        Duration selfTest,
        List<DnsListConfig> lists) {
    public DnsblConfig {
        lists = List.copyOf(lists);
    }

    /** No list is asked. */
    public static final DnsblConfig NONE =
            new DnsblConfig(
                    1,
                    RuleConfig.Mode.ENFORCE,
                    Duration.ofSeconds(3),
                    Duration.ofMinutes(10),
                    List.of());
}
