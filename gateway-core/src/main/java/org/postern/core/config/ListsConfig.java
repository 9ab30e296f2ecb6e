package org.postern.core.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Section {@code lists}: files of allow and deny entries.
 *
 * @param allow {@code allow}: files whose hits pass by the deny lists
 * @param deny {@code deny}: files whose hits are refused
 * @param named {@code named}: files that rules ask for by name, and nothing else
 */
public record ListsConfig(List<Path> allow, List<Path> deny, Map<String, List<Path>> named) {
    /** The lists that stand for those of {@code allow} and {@code deny} in a rule. */
    static final List<String> BUILT_IN = List.of("allow", "deny");

    public ListsConfig {
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
        named = Map.copyOf(named);
    }

    /** No lists. */
    public static final ListsConfig NONE = new ListsConfig(List.of(), List.of(), Map.of());
}
