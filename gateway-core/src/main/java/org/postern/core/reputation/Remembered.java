package org.postern.core.reputation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postern.core.files.WholeFile;

/**
 * What is remembered of each sender, sender domain and client, and outlives restarts in a file of a
 * line each. At most so many of each kind, which is the first word of a key, the longest unused go
 * first: an attack under a new name each time costs what is remembered of that kind, not the heap
 * and no other kind. Of the places of a kind, half are for keys that were used once only: names
 * that never come again, as VERP makes one for each message, push out nobody who does come again.
 * Thread-safe; answers from memory.
 */
final class Remembered<V> {
    private static final String ONCE = "once ";
    private static final int MOST_LINES = 1_000_000;

    private final ToIntFunction<String> max;
    private final Function<String[], V> reader;
    private final Function<V, Object[]> writer;
    private final Map<String, Shelf<V>> entries = new HashMap<>();
    private boolean changed;

    /** The keys of one kind. */
    private static final class Shelf<V> {
        private final Map<String, V> once;
        private final Map<String, V> again;

        Shelf(int max) {
            once = places(Math.max(1, max / 2));
            again = places(Math.max(1, max - max / 2));
        }

        private static <V> Map<String, V> places(int max) {
            return new LinkedHashMap<>(64, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                    return size() > max;
                }
            };
        }

        @Nullable V get(String key) {
            V value = again.get(key);
            return value == null ? once.get(key) : value;
        }

        /** Puts what is there to where it is, and what comes again to its like. */
        void put(String key, V value, boolean used) {
            if (again.containsKey(key) || (used && once.remove(key) != null)) {
                again.put(key, value);
            } else {
                once.put(key, value);
            }
        }
    }

    /**
     * @param max the most keys of a kind
     * @param reader makes a value of a line's words; may throw what parsing throws
     * @param writer gives the words of a value
     */
    Remembered(
            ToIntFunction<String> max, Function<String[], V> reader, Function<V, Object[]> writer) {
        this.max = max;
        this.reader = reader;
        this.writer = writer;
    }

    private Shelf<V> shelf(String key) {
        int space = key.indexOf(' ');
        String kind = space < 0 ? "" : key.substring(0, space);
        return entries.computeIfAbsent(kind, k -> new Shelf<>(max.applyAsInt(k)));
    }

    /** Puts what follows from what was there, null where nothing was; gives it. */
    V update(String key, UnaryOperator<@Nullable V> next) {
        synchronized (entries) {
            Shelf<V> shelf = shelf(key);
            V value = next.apply(shelf.get(key));
            if (value == null) {
                throw new IllegalStateException("nothing follows for " + key);
            }
            shelf.put(key, value, true);
            changed = true;
            return value;
        }
    }

    /** Changes what is there; nothing where nothing is. */
    void amend(String key, UnaryOperator<V> next) {
        synchronized (entries) {
            Shelf<V> shelf = shelf(key);
            V value = shelf.get(key);
            if (value != null) {
                shelf.put(key, next.apply(value), false);
                changed = true;
            }
        }
    }

    /** Changes everything whose key begins so, with its kind. */
    void amendAll(String beginning, UnaryOperator<V> next) {
        synchronized (entries) {
            Shelf<V> shelf = shelf(beginning);
            for (Map<String, V> places : List.of(shelf.once, shelf.again)) {
                places.replaceAll((k, v) -> k.startsWith(beginning) ? next.apply(v) : v);
            }
            changed = true;
        }
    }

    int size() {
        synchronized (entries) {
            return entries.values().stream().mapToInt(s -> s.once.size() + s.again.size()).sum();
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
            lines.limit(MOST_LINES).forEach(this::read);
        } catch (java.io.UncheckedIOException e) {
            throw new IOException(file + " cannot be read", e);
        }
    }

    private void read(String line) {
        String[] parts = line.split("\t", -1);
        try {
            String[] words = java.util.Arrays.copyOfRange(parts, 1, parts.length);
            V value = reader.apply(words);
            boolean once = parts[0].startsWith(ONCE);
            String key = once ? parts[0].substring(ONCE.length()) : parts[0];
            synchronized (entries) {
                Shelf<V> shelf = shelf(key);
                (once ? shelf.once : shelf.again).put(key, value);
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
        List<Copy<V>> copies = new ArrayList<>();
        synchronized (entries) {
            if (!changed) {
                return;
            }
            changed = false;
            // what sessions wait for is this, neither the words nor the disk
            for (Shelf<V> shelf : entries.values()) {
                copies.add(Copy.of("", shelf.again));
                copies.add(Copy.of(ONCE, shelf.once));
            }
        }
        try {
            WholeFile.write(file, Lines.of(copies.stream().flatMap(this::lines).iterator()));
        } catch (IOException e) {
            synchronized (entries) {
                changed = true;
            }
            throw e;
        }
    }

    private record Copy<V>(String before, List<String> keys, List<V> values) {
        static <V> Copy<V> of(String before, Map<String, V> places) {
            List<String> keys = new ArrayList<>(places.size());
            List<V> values = new ArrayList<>(places.size());
            places.forEach((key, value) -> {
                keys.add(key);
                values.add(value);
            });
            return new Copy<>(before, keys, values);
        }
    }

    private Stream<String> lines(Copy<V> copy) {
        return IntStream.range(0, copy.keys().size())
                .mapToObj(i -> copy.before() + line(copy.keys().get(i), copy.values().get(i)));
    }

    private String line(String key, V value) {
        StringBuilder out = new StringBuilder();
        out.append(key.replace('\t', ' ').replace('\n', ' '));
        for (Object word : writer.apply(value)) {
            out.append('\t').append(word);
        }
        return out.toString();
    }
}
