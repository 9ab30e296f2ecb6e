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
 * Where each entry of the lists stands and what is said about it: four octets an entry, and where
 * any entry has a comment, an owner or an end, sixteen more. Feeds say the same few words of all
 * their entries, so each text is kept once. Filled by one thread, then only read.
 */
final class EntryTable {
    private static final long NEVER = Long.MAX_VALUE;
    private static final int NO_TEXT = -1;

    private final List<Path> files = new ArrayList<>();
    private final List<Integer> firstOfFile = new ArrayList<>();
    private final List<String> texts = new ArrayList<>();
    private final Map<String, Integer> positions = new HashMap<>();
    private int[] lines = new int[64];
    // as long as lines from the first entry on that says more than its value
    private long[] ends = {};
    private int[] comments = {};
    private int[] owners = {};
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
        if (ends.length > 0 || !about.equals(Details.NONE)) {
            say(about);
        }
        return size++;
    }

    private void say(Details about) {
        if (ends.length < lines.length) {
            int before = ends.length == 0 ? 0 : size;
            ends = Arrays.copyOf(ends, lines.length);
            comments = Arrays.copyOf(comments, lines.length);
            owners = Arrays.copyOf(owners, lines.length);
            Arrays.fill(ends, before, ends.length, NEVER);
            Arrays.fill(comments, before, comments.length, NO_TEXT);
            Arrays.fill(owners, before, owners.length, NO_TEXT);
        }
        ends[size] = millis(about.expires());
        comments[size] = position(about.comment());
        owners[size] = position(about.owner());
    }

    private static long millis(@Nullable Instant end) {
        if (end == null || end.isAfter(Instant.ofEpochMilli(NEVER))) {
            return NEVER; // beyond any clock there is no end
        }
        return end.isBefore(Instant.EPOCH) ? 0 : end.toEpochMilli();
    }

    private int position(@Nullable String text) {
        return text == null
                ? NO_TEXT
                : positions.computeIfAbsent(
                        text,
                        t -> {
                            texts.add(t);
                            return texts.size() - 1;
                        });
    }

    List<Path> files() {
        return List.copyOf(files);
    }

    /** No more entries come: what only adding needs is given up. */
    void freeze() {
        positions.clear();
    }

    int size() {
        return size;
    }

    /** Whether an entry has ended. */
    boolean isExpired(int entry, Instant now) {
        long end = end(entry);
        return end != NEVER && now.toEpochMilli() >= end;
    }

    /** Whether an entry holds longer than another. */
    boolean outlives(int entry, int other) {
        return end(entry) > end(other);
    }

    /** How many entries have ended. */
    int expired(Instant now) {
        int expired = 0;
        for (int i = 0; i < size && i < ends.length; i++) {
            expired += isExpired(i, now) ? 1 : 0;
        }
        return expired;
    }

    private long end(int entry) {
        return entry < ends.length ? ends[entry] : NEVER;
    }

    private @Nullable String text(int[] of, int entry) {
        return entry < of.length && of[entry] != NO_TEXT ? texts.get(of[entry]) : null;
    }

    /** The line of an entry. */
    int line(int entry) {
        return lines[entry];
    }

    ListEntry describe(int entry, ListKind kind, String value) {
        int file = firstOfFile.size() - 1;
        while (firstOfFile.get(file) > entry) {
            file--;
        }
        return new ListEntry(
                kind,
                value,
                files.get(file),
                lines[entry],
                text(comments, entry),
                text(owners, entry),
                end(entry) == NEVER ? null : Instant.ofEpochMilli(end(entry)));
    }
}
