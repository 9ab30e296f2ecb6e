package org.postern.core.recipients;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.FileReference;
import org.postern.core.mail.Domain;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.problem.Suggestion;
import org.postern.core.yaml.SourceFile;
import org.postern.core.yaml.YamlNode;
import org.postern.core.yaml.YamlReader;
import org.postern.core.yaml.YamlSections;

/**
 * Reads a recipient file. A name that ends in {@code .yaml} or {@code .yml} is YAML: a list of
 * recipients, or a mapping with {@code recipients}, {@code aliases}, {@code subaddressing} and
 * {@code catch-all}; a recipient is an address or local part, or {@code { address: …, downstream:
 * …, policy: … }}. Any other is text: one address or local part a line, {@code #} begins a comment.
 */
final class RecipientFileReader implements YamlSections {
    private static final List<String> KEYS =
            List.of("recipients", "aliases", "subaddressing", "catch-all");
    private static final List<String> RECIPIENT_KEYS = List.of("address", "downstream", "policy");
    private static final String DOMAINS = "domains";

    private final RecipientFile file;
    private final Set<Domain> users;
    private final Set<Domain> hosted;
    private final Optional<Offered> offered;
    private final ProblemCollector problems;
    private final Map<String, Place> aliasPlaces = new HashMap<>();
    private final boolean kept;
    private String section = "";

    private RecipientFileReader(
            RecipientFile file,
            Set<Domain> users,
            Set<Domain> hosted,
            Optional<Offered> offered,
            boolean kept,
            ProblemCollector problems) {
        this.kept = kept;
        this.file = file;
        this.users = users;
        this.hosted = hosted;
        this.offered = offered;
        this.problems = problems;
    }

    /**
     * Reads a file.
     *
     * @param reference the file and where it is named
     * @param users the domains that use it
     * @param hosted all domains that mail is taken for, to which alone aliases may lead; empty
     *     where they are not known
     * @param offered what recipients may ask for by name; empty where it is not known
     * @param problems receives what is wrong
     * @return what could be read of it
     */
    static RecipientFile read(
            FileReference reference,
            Set<Domain> users,
            Set<Domain> hosted,
            Optional<Offered> offered,
            ProblemCollector problems) {
        return read(reference, users, hosted, offered, false, problems);
    }

    /** Reads the last good list of a source over the network, which we wrote. */
    static RecipientFile readKept(Path path, ProblemCollector problems) {
        return read(
                new FileReference(path, path, Place.start(path)),
                Set.of(),
                Set.of(),
                Optional.empty(),
                true,
                problems);
    }

    /**
     * Reads the last good copy of a recipient file: what it says of people is good, whatever has
     * changed since in the configuration that it leans on.
     */
    static RecipientFile readCopy(Path path, ProblemCollector problems) {
        return read(
                new FileReference(path, path, Place.start(path)),
                Set.of(),
                Set.of(),
                Optional.empty(),
                false,
                problems);
    }

    private static RecipientFile read(
            FileReference reference,
            Set<Domain> users,
            Set<Domain> hosted,
            Optional<Offered> offered,
            boolean kept,
            ProblemCollector problems) {
        RecipientFile file = new RecipientFile(reference.shown());
        Optional<SourceFile> source =
                SourceFile.read(
                        reference.shown(),
                        Recipients.MAX_BYTES,
                        reference.place(),
                        problems,
                        octets -> file.digest(KeptCopies.digest(octets)));
        RecipientFileReader reader =
                new RecipientFileReader(file, users, hosted, offered, kept, problems);
        source.ifPresent(s -> {
            String name = String.valueOf(s.path().getFileName());
            if (name.endsWith(".yaml") || name.endsWith(".yml")) {
                YamlReader.stream(s, problems, reader);
            } else {
                reader.text(s);
            }
            reader.checkAliases();
            if (file.size() == 0 && !file.hasCatchAll()) {
                problems.warning(
                        Place.start(s.path()),
                        "file lists no recipient: all mail for "
                                + named(users)
                                + " will be refused");
            }
        });
        return file;
    }

    private void text(SourceFile source) {
        int number = 0;
        for (String line : (Iterable<String>) source.text().lines()::iterator) {
            number++;
            int end = line.indexOf('#');
            String content =
                    end == 0 || (end > 0 && isBlank(line.charAt(end - 1)))
                            ? line.substring(0, end)
                            : line;
            String word = content.strip();
            if (!word.isEmpty()) {
                recipient(word, new Place(source.path(), number, 1 + content.indexOf(word)));
            }
        }
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    @Override
    public boolean section(String key, Place place) {
        section = key;
        if (!KEYS.contains(key) && !(kept && key.equals(DOMAINS))) {
            section = "";
            unknown(key, KEYS, place);
        }
        return section.equals("recipients");
    }

    @Override
    public boolean list(Place place) {
        section = "recipients";
        return true;
    }

    @Override
    public void neither(YamlNode value) {
        if (value instanceof YamlNode.Scalar s && s.isNull()) {
            return;
        }
        problems.error(
                value.place(),
                "a recipient file is a list of addresses, or a mapping with "
                        + String.join(", ", KEYS)
                        + "; found "
                        + value.kind());
    }

    @Override
    public void item(YamlNode item) {
        if (item instanceof YamlNode.Scalar s && !s.isNull()) {
            recipient(s.text(), s.place());
        } else if (item instanceof YamlNode.Mapping mapping) {
            withHandling(mapping);
        } else {
            problems.error(
                    item.place(),
                    "a recipient is an address or a local part, found " + item.kind());
        }
    }

    private void withHandling(YamlNode.Mapping mapping) {
        Map<String, YamlNode.Scalar> values = new HashMap<>();
        for (YamlNode.Entry entry : mapping.entries()) {
            if (!RECIPIENT_KEYS.contains(entry.key())) {
                unknown(entry.key(), RECIPIENT_KEYS, entry.keyPlace());
            } else if (entry.value() instanceof YamlNode.Scalar s && !s.isNull()) {
                values.put(entry.key(), s);
            } else {
                problems.error(
                        entry.value().place(),
                        entry.key() + " must be a word, found " + entry.value().kind());
            }
        }
        YamlNode.Scalar address = values.get("address");
        if (address == null) {
            problems.error(mapping.place(), "address is missing: whose recipient is this?");
            return;
        }
        YamlNode.@Nullable Scalar downstream = values.get("downstream");
        YamlNode.@Nullable Scalar policy = values.get("policy");
        Handling handling =
                Handling.of(
                        downstream == null ? null : downstream.text(),
                        policy == null ? null : policy.text());
        check(Handling.of(handling.downstream(), null), downstream);
        check(Handling.of(null, handling.policy()), policy);
        add(address.text(), address.place()).ifPresent(key -> file.handle(key, handling));
    }

    private void check(Handling handling, YamlNode.@Nullable Scalar where) {
        offered.flatMap(o -> o.missing(handling))
                .ifPresent(missing -> {
                    if (where != null) {
                        problems.error(where.place(), missing);
                    }
                });
    }

    private void unknown(String key, List<String> known, Place place) {
        problems.error(
                place,
                "unknown key "
                        + key
                        + Suggestion.nearest(key, known)
                                .map(s -> "; did you mean " + s + "?")
                                .orElse("; known are " + String.join(", ", known)));
    }

    @Override
    public void value(YamlNode value) {
        if (value instanceof YamlNode.Scalar s && s.isNull()) {
            return;
        }
        switch (section) {
            case "recipients" ->
                    problems.error(
                            value.place(),
                            "recipients must be a list of addresses, found " + value.kind());
            case "aliases" -> aliases(value);
            case "subaddressing" -> subaddressing(value);
            case DOMAINS -> domains(value);
            case "catch-all" -> target(value).ifPresent(file::catchAll);
            default -> {
                // unknown, which has been noted
            }
        }
    }

    /** Written by ourselves, for lists that are fetched: whom the list was made for. */
    private void domains(YamlNode value) {
        Set<Domain> all = new HashSet<>();
        if (value instanceof YamlNode.Sequence list) {
            for (YamlNode item : list.items()) {
                try {
                    all.add(Domain.parse(item instanceof YamlNode.Scalar s ? s.text() : ""));
                } catch (InvalidAddressException e) {
                    problems.error(item.place(), "no domain: " + e.getMessage());
                }
            }
        }
        file.domains(all);
    }

    private void subaddressing(YamlNode value) {
        if (value instanceof YamlNode.Scalar s
                && s.text().length() == 1
                && "+-=._".contains(s.text())) {
            file.separator(s.text().charAt(0));
        } else {
            problems.error(
                    value.place(),
                    "subaddressing must be the one character between user and detail, one of + - ="
                            + " . _ in quotes");
        }
    }

    private void aliases(YamlNode value) {
        if (!(value instanceof YamlNode.Mapping mapping)) {
            problems.error(
                    value.place(),
                    "aliases must be a mapping such as sales: [alice, bob], found " + value.kind());
            return;
        }
        for (YamlNode.Entry entry : mapping.entries()) {
            List<RecipientFile.Target> targets = new ArrayList<>();
            List<YamlNode> nodes =
                    entry.value() instanceof YamlNode.Sequence s
                            ? s.items()
                            : List.of(entry.value());
            nodes.forEach(node -> target(node).ifPresent(targets::add));
            if (nodes.isEmpty()) {
                problems.error(entry.value().place(), "an alias needs at least one address");
            }
            Optional<String> key = add(entry.key(), entry.keyPlace());
            key.ifPresent(k -> {
                aliasPlaces.put(k, entry.keyPlace());
                file.addAlias(k, targets);
            });
        }
    }

    private Optional<RecipientFile.Target> target(YamlNode node) {
        if (!(node instanceof YamlNode.Scalar s) || s.isNull()) {
            problems.error(
                    node.place(), "must be an address or a local part, found " + node.kind());
            return Optional.empty();
        }
        return parse(s.text(), s.place())
                .filter(t -> {
                    boolean ours =
                            t.domain() == null || hosted.isEmpty() || hosted.contains(t.domain());
                    if (!ours) {
                        problems.error(
                                s.place(),
                                "mail can be passed on to our own domains alone, and "
                                        + t.domain()
                                        + " is none");
                    }
                    return ours;
                });
    }

    private void recipient(String text, Place place) {
        add(text, place);
    }

    private Optional<String> add(String text, Place place) {
        Optional<RecipientFile.Target> parsed = parse(text, place);
        if (parsed.isEmpty()) {
            return Optional.empty();
        }
        @Nullable Domain domain = parsed.get().domain();
        if (domain != null && !users.contains(domain)) {
            problems.warning(
                    place,
                    text + " is no address of " + named(users) + ", which alone uses this file");
        }
        String key = RecipientFile.key(parsed.get().localPart(), domain);
        Optional<Integer> before = file.add(key, place.line());
        if (kept && section.equals("aliases")) {
            return Optional.of(key); // a mailbox whose mail also goes elsewhere
        }
        before.ifPresent(line -> problems.warning(place, text + " stands already in line " + line));
        return before.isPresent() ? Optional.empty() : Optional.of(key);
    }

    private Optional<RecipientFile.Target> parse(String text, Place place) {
        try {
            Optional<RecipientFile.Target> target = RecipientFile.Target.parse(text);
            if (target.isEmpty()) {
                problems.error(place, text + ": an address literal is no address of ours");
            }
            return target;
        } catch (InvalidAddressException e) {
            problems.error(
                    place.right(Math.max(0, Math.min(e.position(), text.length() - 1))),
                    text + " is no address or local part: " + e.getMessage());
        }
        return Optional.empty();
    }

    private void checkAliases() {
        for (Map.Entry<String, Place> alias : aliasPlaces.entrySet()) {
            for (Domain domain : users) {
                String trouble = file.troubleOf(alias.getKey(), domain);
                if (!trouble.isEmpty()) {
                    problems.error(alias.getValue(), "this alias " + trouble);
                    break;
                }
            }
        }
    }

    private static String named(Set<Domain> domains) {
        return domains.stream()
                .map(Domain::ascii)
                .sorted()
                .limit(5)
                .reduce((a, b) -> a + ", " + b)
                .orElse("no domain");
    }
}
