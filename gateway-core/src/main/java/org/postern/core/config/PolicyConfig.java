package org.postern.core.config;

import java.util.List;

/**
 * Section {@code policy}: rules of one's own, tried before the built-in ones, the first that
 * applies decides.
 *
 * @param rules {@code rules}, in the order of the file
 * @param guard {@code guard}
 */
public record PolicyConfig(List<RuleConfig> rules, Guard guard) {
    /** What happens when verdicts become unusual. */
    public enum Guard {
        /** Nothing: nobody looks. */
        OFF,
        /** An alarm with the likeliest cause. */
        ALARM,
        /** The alarm, and the rule behind it only observes until a person confirms it. */
        OBSERVE
    }

    public PolicyConfig {
        rules = List.copyOf(rules);
    }

    /** Whether a rule is tried at the end of the content. */
    public boolean decidesAtData() {
        return rules.stream().anyMatch(r -> r.at() == RuleConfig.At.DATA);
    }

    /** No rules but the built-in ones. */
    public static final PolicyConfig NONE = new PolicyConfig(List.of(), Guard.ALARM);
}
