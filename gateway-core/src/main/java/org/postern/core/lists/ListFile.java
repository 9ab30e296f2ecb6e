package org.postern.core.lists;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.net.Cidr;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.problem.Suggestion;
import org.postern.core.yaml.SourceFile;
import org.postern.core.yaml.YamlNode;
import org.postern.core.yaml.YamlReader;
import org.postern.core.yaml.YamlSections;

/**
 * Reads one list file into a table: a mapping of kinds ({@link ListKind#key()}) to lists of
 * entries. An entry is its value, or {@code { entry: value, comment: …, owner: …, expires:
 * 2026-12-31 }}.
 */
final class ListFile implements YamlSections {
    private static final List<String> ENTRY_KEYS = List.of("entry", "comment", "owner", "expires");

    private static final int MAX_ENDS = 10_000;

    private final Sink sink;
    private final ProblemCollector problems;
    private final Instant now;
    private final Map<String, Instant> ends = new HashMap<>();
    private @Nullable ListKind kind;

    private ListFile(Sink sink, ProblemCollector problems, Instant now) {
        this.sink = sink;
        this.problems = problems;
        this.now = now;
    }

    /** Receives the entries of a file in their order. */
    interface Sink {
        /** An entry of kind {@link ListKind#CLIENT}. */
        void network(Cidr network, int line, EntryTable.Details about);

        /** An entry of any other kind, in its normal form. */
        void name(ListKind kind, String name, int line, EntryTable.Details about);
    }

    /** Hands on the file's entries; what is wrong is noted. */
    static void read(SourceFile source, Sink sink, ProblemCollector problems, Instant now) {
        YamlReader.stream(source, problems, new ListFile(sink, problems, now));
    }

    @Override
    public boolean section(String key, Place place) {
        kind = ListKind.ofKey(key).orElse(null);
        if (kind == null) {
            problems.error(
                    place,
                    "unknown kind of entry "
                            + key
                            + Suggestion.nearest(key, ListKind.keys())
                                    .map(s -> "; did you mean " + s + "?")
                                    .orElse("; known are " + String.join(", ", ListKind.keys())));
        }
        return true;
    }

    @Override
    public boolean list(Place place) {
        neither(new YamlNode.Sequence(place, List.of()));
        return false;
    }

    @Override
    public void neither(YamlNode value) {
        if (value instanceof YamlNode.Scalar s && s.isNull()) {
            return; // every entry is commented out
        }
        problems.error(
                value.place(),
                "a list file is a mapping of kinds to entries, such as client: [192.0.2.0/24];"
                        + " found "
                        + value.kind());
    }

    @Override
    public void value(YamlNode value) {
        if (kind == null || (value instanceof YamlNode.Scalar s && s.isNull())) {
            return;
        }
        problems.error(
                value.place(), kind.key() + " must be a list of entries, found " + value.kind());
    }

    @Override
    public void item(YamlNode item) {
        if (kind == null) {
            return;
        }
        switch (item) {
            case YamlNode.Scalar s -> entry(kind, s, EntryTable.Details.NONE);
            case YamlNode.Mapping m -> mapping(kind, m);
            case YamlNode.Sequence s ->
                    problems.error(s.place(), "an entry is a value or a mapping, found a list");
        }
    }

    private void mapping(ListKind of, YamlNode.Mapping mapping) {
        YamlNode.Scalar value = null;
        String comment = null;
        String owner = null;
        Instant expires = null;
        for (YamlNode.Entry e : mapping.entries()) {
            if (!(e.value() instanceof YamlNode.Scalar text) || text.isNull()) {
                problems.error(
                        e.value().place(), e.key() + " must be a text, found " + e.value().kind());
                continue;
            }
            switch (e.key()) {
                case "entry" -> value = text;
                case "comment" -> comment = text.text();
                case "owner" -> owner = text.text();
                case "expires" -> expires = expires(text).orElse(null);
                default ->
                        problems.error(
                                e.keyPlace(),
                                "unknown key "
                                        + e.key()
                                        + Suggestion.nearest(e.key(), ENTRY_KEYS)
                                                .map(s -> "; did you mean " + s + "?")
                                                .orElse(
                                                        "; known are entry, comment, owner,"
                                                                + " expires"));
            }
        }
        if (value == null) {
            problems.error(mapping.place(), "entry is missing: the value that is listed");
            return;
        }
        entry(of, value, new EntryTable.Details(comment, owner, expires));
    }

    /** A date holds to its end in UTC. */
    private Optional<Instant> expires(YamlNode.Scalar text) {
        Instant end;
        try {
            // a feed has the same few ends over and over
            @Nullable Instant known = ends.get(text.text());
            end = known == null ? Expiry.parse(text.text()) : known;
            if (known == null && ends.size() < MAX_ENDS) {
                ends.put(text.text(), end);
            }
        } catch (IllegalArgumentException e) {
            problems.error(text.place(), String.valueOf(e.getMessage()));
            return Optional.empty();
        }
        if (!now.isBefore(end) && !AddedEntries.isAdded(text.place().file())) {
            problems.warning(text.place(), "this entry has expired and has no effect");
        }
        return Optional.of(end);
    }

    private void entry(ListKind of, YamlNode.Scalar value, EntryTable.Details about) {
        String text = value.text();
        int line = value.place().line();
        try {
            if (of == ListKind.CLIENT) {
                sink.network(Cidr.parse(text), line, about);
            } else {
                sink.name(of, EntryValue.name(of, text), line, about);
            }
            FarReaching.of(of, text)
                    .filter(what -> !AddedEntries.isAdded(value.place().file()))
                    .ifPresent(what ->
                            problems.warning(
                                    value.place(), of.key() + " entry " + text + ": " + what));
        } catch (InvalidAddressException | IllegalArgumentException e) {
            problems.error(value.place(), of.key() + " entry " + text + ": " + e.getMessage());
        }
    }
}
