package org.postern.core.config;

import java.nio.file.Path;
import java.util.List;

/**
 * Section {@code lists}: files of allow and deny entries.
 *
 * @param allow {@code allow}: files whose hits pass by the deny lists
 * @param deny {@code deny}: files whose hits are refused
 */
public record ListsConfig(List<Path> allow, List<Path> deny) {
    public ListsConfig {
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
    }

    /** No lists. */
    public static final ListsConfig NONE = new ListsConfig(List.of(), List.of());
}
