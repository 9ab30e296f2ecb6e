package org.postern.core.lists;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where each entry of the lists stands and what is said about it: five octets an entry, and a map
 * for the few that have a comment, an owner or an end. Filled by one thread, then only read.
 */
final class EntryTable {
    private final List<Path> files = new ArrayList<>();
    private final List<Integer> firstOfFile = new ArrayList<>();
    private final Map<Integer, Details> details = new HashMap<>();
    private int[] lines = new int[64];
    private int size;

    /** What may be said about an entry. */
    record Details(@Nullable String comment, @Nullable String owner, @Nullable Instant expires) {
        static final Details NONE = new Details(null, null, null);
    }

    /** The entries added from now on stand in this file. */
    void beginFile(Path file) {
        files.add(file);
        firstOfFile.add(size);
    }

    /** Adds an entry and returns its number. */
    int add(int line, Details about) {
        if (size == lines.length) {
            lines = Arrays.copyOf(lines, size * 2);
        }
        lines[size] = line;
        if (!about.equals(Details.NONE)) {
            details.put(size, about);
        }
        return size++;
    }

    int size() {
        return size;
    }

    /** Whether an entry has ended. */
    boolean isExpired(int entry, Instant now) {
        Details about = details.get(entry);
        return about != null && about.expires() != null && !now.isBefore(about.expires());
    }

    /** Whether an entry holds longer than another. */
    boolean outlives(int entry, int other) {
        Instant otherEnd = end(other);
        Instant end = end(entry);
        return otherEnd != null && (end == null || end.isAfter(otherEnd));
    }

    private @Nullable Instant end(int entry) {
        Details about = details.get(entry);
        return about == null ? null : about.expires();
    }

    /** The line of an entry. */
    int line(int entry) {
        return lines[entry];
    }

    ListEntry describe(int entry, ListKind kind, String value) {
        Details about = details.getOrDefault(entry, Details.NONE);
        int file = firstOfFile.size() - 1;
        while (firstOfFile.get(file) > entry) {
            file--;
        }
        return new ListEntry(
                kind,
                value,
                files.get(file),
                lines[entry],
                about.comment(),
                about.owner(),
                about.expires());
    }
}
