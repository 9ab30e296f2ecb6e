package org.postern.core.lists;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
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

    private final ListTable table;
    private final ProblemCollector problems;
    private final Instant now;
    private @Nullable ListKind kind;

    private ListFile(ListTable table, ProblemCollector problems, Instant now) {
        this.table = table;
        this.problems = problems;
        this.now = now;
    }

    /** Adds the file's entries; what is wrong is noted. */
    static void read(SourceFile source, ListTable table, ProblemCollector problems, Instant now) {
        table.entries().beginFile(source.path());
        YamlReader.stream(source, problems, new ListFile(table, problems, now));
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
            end =
                    text.text().length() == 10
                            ? LocalDate.parse(text.text())
                                    .plusDays(1)
                                    .atStartOfDay(ZoneOffset.UTC)
                                    .toInstant()
                            : Instant.parse(text.text());
        } catch (DateTimeParseException e) {
            problems.error(
                    text.place(),
                    "expires must be a day such as 2026-12-31 or a time such as"
                            + " 2026-12-31T12:00:00Z, found "
                            + text.text());
            return Optional.empty();
        }
        if (!now.isBefore(end)) {
            problems.warning(text.place(), "this entry has expired and has no effect");
        }
        return Optional.of(end);
    }

    private void entry(ListKind of, YamlNode.Scalar value, EntryTable.Details about) {
        String text = value.text();
        try {
            switch (of) {
                case CLIENT -> table.addNetwork(Cidr.parse(text), note(value, about));
                case SENDER, RECIPIENT -> {
                    String name =
                            text.startsWith("@")
                                    ? "@" + Domain.parse(text.substring(1)).ascii()
                                    : EmailAddress.parse(text).key();
                    table.addName(of, name, note(value, about));
                }
                case HELO, REVERSE_NAME, SENDER_DOMAIN, AUTHOR_DOMAIN, AUTHENTICATED_DOMAIN -> {
                    String name =
                            text.startsWith(".")
                                    ? "." + Domain.parse(text.substring(1)).ascii()
                                    : Domain.parse(text).ascii();
                    table.addName(of, name, note(value, about));
                }
            }
        } catch (InvalidAddressException e) {
            problems.error(value.place(), of.key() + " entry " + text + ": " + e.getMessage());
        } catch (IllegalArgumentException e) {
            problems.error(value.place(), of.key() + " entry " + text + ": " + e.getMessage());
        }
    }

    private int note(YamlNode.Scalar value, EntryTable.Details about) {
        return table.entries().add(value.place().line(), about);
    }
}
