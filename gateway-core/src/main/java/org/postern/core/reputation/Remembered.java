package org.postern.core.reputation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.postern.core.files.WholeFile;

/**
 * What is remembered of each sender, sender domain and client, and outlives restarts in a file of a
 * line each. At most so many, the longest unused go first: an attack under a new name each time
 * costs what is remembered, not the heap. Thread-safe; answers from memory.
 */
final class Remembered<V> {
    private final int max;
    private final Function<String[], V> reader;
    private final Function<V, Object[]> writer;
    private final Map<String, V> entries =
            new LinkedHashMap<>(64, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                    return size() > max;
                }
            };
    private boolean changed;

    /**
     * @param max the most keys
     * @param reader makes a value of a line's words; may throw what parsing throws
     * @param writer gives the words of a value
     */
    Remembered(int max, Function<String[], V> reader, Function<V, Object[]> writer) {
        this.max = max;
        this.reader = reader;
        this.writer = writer;
    }

    /** Puts what follows from what was there, null where nothing was; gives it. */
    V update(String key, UnaryOperator<@Nullable V> next) {
        synchronized (entries) {
            V value = next.apply(entries.get(key));
            if (value == null) {
                throw new IllegalStateException("nothing follows for " + key);
            }
            entries.put(key, value);
            changed = true;
            return value;
        }
    }

    /** Changes what is there; nothing where nothing is. */
    void amend(String key, UnaryOperator<V> next) {
        synchronized (entries) {
            V value = entries.get(key);
            if (value != null) {
                entries.put(key, next.apply(value));
                changed = true;
            }
        }
    }

    int size() {
        synchronized (entries) {
            return entries.size();
        }
    }

    /**
     * Reads what an earlier run has seen; a line that makes no sense is left out.
     *
     * @throws IOException if the file is there and cannot be read
     */
    void load(Path file) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        try (var lines = Files.lines(file, StandardCharsets.UTF_8)) {
            lines.limit(max).forEach(this::read);
        } catch (java.io.UncheckedIOException e) {
            throw new IOException(file + " cannot be read", e);
        }
    }

    private void read(String line) {
        String[] parts = line.split("\t", -1);
        try {
            String[] words = java.util.Arrays.copyOfRange(parts, 1, parts.length);
            V value = reader.apply(words);
            synchronized (entries) {
                entries.put(parts[0], value);
            }
        } catch (DateTimeParseException
                | IllegalArgumentException
                | ArrayIndexOutOfBoundsException e) {
            return; // half a line after a crash of the machine: that past is learned again
        }
    }

    /**
     * Writes down what was seen, if there is news; whole, or the old file stays.
     *
     * @throws IOException if it cannot be written
     */
    void save(Path file) throws IOException {
        List<Map.Entry<String, V>> all;
        synchronized (entries) {
            if (!changed) {
                return;
            }
            changed = false;
            // what sessions wait for is the copy, not the disk
            all = new ArrayList<>(entries.size());
            entries.forEach((key, value) -> all.add(Map.entry(key, value)));
        }
        try {
            WholeFile.write(file, Lines.of(all.iterator(), this::line));
        } catch (IOException e) {
            synchronized (entries) {
                changed = true;
            }
            throw e;
        }
    }

    private String line(Map.Entry<String, V> entry) {
        StringBuilder out = new StringBuilder();
        out.append(entry.getKey().replace('\t', ' ').replace('\n', ' '));
        for (Object word : writer.apply(entry.getValue())) {
            out.append('\t').append(word);
        }
        return out.toString();
    }
}
