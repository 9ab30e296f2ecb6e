package org.postern.core.config;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Section {@code policy}: rules of one's own, tried before the built-in ones, the first that
 * applies decides.
 *
 * @param rules {@code rules}, in the order of the file
 * @param guard {@code guard}
 * @param sets {@code sets}: rules that recipients ask for by name; tried before those of their
 *     domain
 * @param countryDatabase {@code country-database}: an MMDB file, or null
 */
public record PolicyConfig(
        List<RuleConfig> rules,
        Guard guard,
        Map<String, List<RuleConfig>> sets,
        @Nullable Path countryDatabase) {
    /** Where the file of countries is named, for {@link PosternConfig#placeOf}. */
    public static final String COUNTRY_DATABASE = "policy.country-database";

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
        Map<String, List<RuleConfig>> copied = new LinkedHashMap<>();
        sets.forEach((name, set) -> copied.put(name, List.copyOf(set)));
        sets = Collections.unmodifiableMap(copied);
    }

    /** Whether a rule is tried at the end of the content. */
    public boolean decidesAtData() {
        return decidesAtData(rules);
    }

    /** Whether a rule of a set is tried at the end of the content. */
    public boolean decidesAtData(@Nullable String set) {
        return set != null && decidesAtData(sets.getOrDefault(set, List.of()));
    }

    private static boolean decidesAtData(List<RuleConfig> rules) {
        return rules.stream().anyMatch(r -> r.at() == RuleConfig.At.DATA);
    }

    /** No rules but the built-in ones. */
    public static final PolicyConfig NONE =
            new PolicyConfig(List.of(), Guard.ALARM, Map.of(), null);
}
