package org.postern.core.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.problem.Suggestion;
import org.postern.core.yaml.YamlNode;

/**
 * One mapping of the configuration while it is read: hands out values by {@link Key}, notes what is
 * wrong with them and, at {@link #finish()}, every key nobody asked for. Not thread-safe.
 */
final class Section {
    private final String name;
    private final Place place;
    private final ProblemCollector problems;
    private final Map<String, YamlNode.Entry> entries = new LinkedHashMap<>();
    private final Set<String> known = new LinkedHashSet<>();

    private Section(String name, Place place, ProblemCollector problems) {
        this.name = name;
        this.place = place;
        this.problems = problems;
    }

    /** The section in a node, which ought to be a mapping; what else it is is noted. */
    static Section of(String name, YamlNode node, ProblemCollector problems) {
        Section section = new Section(name, node.place(), problems);
        switch (node) {
            case YamlNode.Mapping m -> m.entries().forEach(e -> section.entries.put(e.key(), e));
            case YamlNode.Scalar s when s.isNull() -> {
                // a section whose settings are all commented out
            }
            default ->
                    problems.error(
                            node.place(),
                            (name.isEmpty() ? "the file" : name)
                                    + " must be a mapping of key: value, found "
                                    + node.kind());
        }
        return section;
    }

    /** Its keys from the top, such as {@code domains.example.net.policy}. */
    String name() {
        return name;
    }

    /** Where the section begins. */
    Place place() {
        return place;
    }

    /** Whether the file has this key. */
    boolean has(String key) {
        return entries.containsKey(key);
    }

    /** Whether the file has this key, which is one of this section's. */
    boolean has(Key<?> key) {
        known.add(key.name());
        return has(key.name());
    }

    /** The entry of a key, if the file has it. */
    Optional<YamlNode.Entry> entry(String key) {
        known.add(key);
        return Optional.ofNullable(entries.get(key));
    }

    /** Where the value of a key stands, or the section where it has none. */
    Place placeOf(Key<?> key) {
        YamlNode.Entry entry = entries.get(key.name());
        return entry == null ? place : entry.value().place();
    }

    /** A part of this section; empty where the file does not have it. */
    Optional<Section> section(String key) {
        return entry(key)
                .map(e -> of(name.isEmpty() ? key : name + "." + key, e.value(), problems));
    }

    /**
     * The one value of a key; empty where it is missing or wrong. A missing required one is noted.
     */
    <T> Optional<T> one(Key<T> key) {
        Optional<YamlNode.Entry> entry = entry(key.name());
        if (entry.isEmpty()) {
            if (key.shape() == Key.Shape.REQUIRED) {
                problems.error(place, key.name() + " is missing" + in() + ": " + key.type().name());
            }
            return Optional.empty();
        }
        return value(key, entry.get().value());
    }

    /** The value of a key, or its default where it is missing or wrong. */
    <T> T orDefault(Key<T> key) {
        return one(key).orElseGet(key::fallbackValue);
    }

    /** A duration longer than 0, or its default where it is missing or wrong. */
    Duration positive(Key<Duration> key) {
        Duration value = orDefault(key);
        if (value.isZero()) {
            problems.error(placeOf(key), key.path() + " must be longer than 0");
            return key.fallbackValue();
        }
        return value;
    }

    /** A value and its place. */
    record Placed<T>(T value, Place place) {}

    /** The values of a key that takes one or a list; wrong ones are left out. */
    <T> List<Placed<T>> list(Key<T> key) {
        Optional<YamlNode.Entry> entry = entry(key.name());
        if (entry.isEmpty()) {
            return List.of();
        }
        List<YamlNode> nodes =
                entry.get().value() instanceof YamlNode.Sequence s
                        ? s.items()
                        : List.of(entry.get().value());
        List<Placed<T>> values = new ArrayList<>();
        for (YamlNode node : nodes) {
            value(key, node).ifPresent(v -> values.add(new Placed<>(v, node.place())));
        }
        return List.copyOf(values);
    }

    /** The values of such a key without their places. */
    <T> List<T> values(Key<T> key) {
        return list(key).stream().map(Placed::value).toList();
    }

    private <T> Optional<T> value(Key<T> key, YamlNode node) {
        try {
            return Optional.of(key.type().read(node));
        } catch (BadValueException e) {
            problems.error(
                    node.place().right(offset(node, e.position())),
                    key.path() + " " + e.getMessage());
            return Optional.empty();
        }
    }

    /** Column offset of a character of the value; a quoted value begins after its quote. */
    private static int offset(YamlNode node, int position) {
        if (position == 0 || !(node instanceof YamlNode.Scalar s)) {
            return 0;
        }
        return s.plain() ? position : position + 1;
    }

    /** Whether the file gives a key the value 0. */
    boolean isZero(Key<?> key) {
        YamlNode.Entry entry = entries.get(key.name());
        return entry != null
                && entry.value() instanceof YamlNode.Scalar s
                && s.text().matches("0+ ?[A-Za-z]*");
    }

    /** Every key of the section, known or not. */
    List<YamlNode.Entry> all() {
        known.addAll(entries.keySet());
        return List.copyOf(entries.values());
    }

    /** Whether nothing stands in it. */
    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** The keys whose value is a list of nothing. */
    List<YamlNode.Entry> emptyLists() {
        return entries.values().stream()
                .filter(e -> e.value() instanceof YamlNode.Sequence s && s.items().isEmpty())
                .toList();
    }

    /** Notes every key that was not asked for. */
    void finish() {
        for (YamlNode.Entry entry : entries.values()) {
            if (!known.contains(entry.key())) {
                String meant =
                        Suggestion.nearest(entry.key(), known)
                                .map(s -> "; did you mean " + s + "?")
                                .orElse("; known are " + String.join(", ", known));
                problems.error(
                        entry.keyPlace(),
                        "unknown key " + ValueType.shortened(entry.key()) + in() + meant);
            }
        }
    }

    private String in() {
        return name.isEmpty() ? "" : " in " + name;
    }
}
