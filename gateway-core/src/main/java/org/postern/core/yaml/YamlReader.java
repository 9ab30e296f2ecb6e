package org.postern.core.yaml;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads one YAML document into {@link YamlNode}s. A syntax error ends the reading of that file and
 * is noted at its place; duplicate keys, tags, unknown or runaway aliases and a second document are
 * noted and the reading goes on.
 *
 * <p>Bounded: nesting of {@value #MAX_DEPTH}, and {@value #MAX_ALIASED} values brought in by
 * aliases, so that no small file grows large ("billion laughs").
 */
public final class YamlReader {
    /** How deep lists and mappings may be nested. */
    public static final int MAX_DEPTH = 64;

    /** How many values aliases may bring in, all together. */
    public static final int MAX_ALIASED = 10_000;

    private final Path file;
    private final int firstLine;
    private final ProblemCollector problems;
    private final Iterator<Event> events;
    private final Map<Anchor, Anchored> anchors = new HashMap<>();
    private int aliased;
    private int composed;

    private record Anchored(YamlNode node, int size) {}

    /** A bound was broken; the problem has been noted. */
    private static final class Stop extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private YamlReader(SourceFile source, ProblemCollector problems) {
        this(source.path(), source.text(), 1, problems);
    }

    private YamlReader(Path file, String text, int firstLine, ProblemCollector problems) {
        this.file = file;
        this.firstLine = firstLine;
        this.problems = problems;
        LoadSettings settings =
                LoadSettings.builder()
                        .setLabel(file.toString())
                        .setUseMarks(true)
                        .setCodePointLimit(Integer.MAX_VALUE) // SourceFile has bounded it
                        .build();
        this.events = new Parse(settings).parseString(text).iterator();
    }

    /** The file as a tree; empty if it has a syntax error or nothing in it, which is noted. */
    public static Optional<YamlNode> read(SourceFile source, ProblemCollector problems) {
        YamlReader reader = new YamlReader(source, problems);
        return reader.guarded(() -> {
            if (!reader.openDocument()) {
                problems.error(Place.start(source.path()), "file is empty");
                return null;
            }
            YamlNode root = reader.compose(reader.events.next(), 0);
            reader.closeDocument();
            return root;
        });
    }

    /**
     * Streams a file whose top is a mapping of lists, or a list. An empty file calls nothing.
     *
     * @return whether the file was read to its end
     */
    public static boolean stream(
            SourceFile source, ProblemCollector problems, YamlSections sections) {
        return PlainYaml.stream(source, sections) || parse(source, problems, sections);
    }

    /** The same by the parser alone. */
    static boolean parse(SourceFile source, ProblemCollector problems, YamlSections sections) {
        YamlReader reader = new YamlReader(source, problems);
        return reader.guarded(
                        () -> {
                            if (reader.openDocument()) {
                                reader.streamRoot(sections);
                                reader.closeDocument();
                            }
                            return Boolean.TRUE;
                        })
                .isPresent();
    }

    /**
     * The items of a part of a list, from the beginning of one line to that of another.
     *
     * @param lines the lines
     * @param firstLine the number of the first of them in the file
     * @return the items, or empty where they are no list by themselves: there is something wrong
     *     with them, or an anchor or alias ties them to something else
     */
    static Optional<List<YamlNode>> items(Path file, String lines, int firstLine) {
        ProblemCollector wrong = new ProblemCollector();
        YamlReader reader = new YamlReader(file, lines, firstLine, wrong);
        Optional<List<YamlNode>> items = reader.guarded(reader::onlyItems);
        return wrong.errorCount() == 0 && reader.anchors.isEmpty() ? items : Optional.empty();
    }

    private @Nullable List<YamlNode> onlyItems() {
        if (!openDocument() || events.next().getEventId() != Event.ID.SequenceStart) {
            return null;
        }
        List<YamlNode> items = new ArrayList<>();
        for (Event event = events.next();
                event.getEventId() != Event.ID.SequenceEnd;
                event = events.next()) {
            items.add(compose(event, 2)); // no less deep than in any file
        }
        closeDocument();
        return items;
    }

    private interface Reading<T> {
        @Nullable T read();
    }

    private <T> Optional<T> guarded(Reading<T> reading) {
        try {
            return Optional.ofNullable(reading.read());
        } catch (MarkedYamlEngineException e) {
            Place place =
                    e.getProblemMark()
                            .or(e::getContextMark)
                            .map(this::place)
                            .orElse(Place.start(file));
            String problem = e.getProblem() == null ? "not YAML" : e.getProblem();
            String context = e.getContext() == null ? "" : " " + e.getContext();
            problems.error(place, "YAML syntax: " + problem + context);
        } catch (YamlEngineException e) {
            problems.error(Place.start(file), "YAML syntax: " + e.getMessage());
        } catch (Stop e) {
            // noted where it was thrown
            return Optional.empty();
        }
        return Optional.empty();
    }

    private Place place(Mark mark) {
        return new Place(file, mark.getLine() + firstLine, mark.getColumn() + 1);
    }

    private Place place(Event event) {
        return event.getStartMark().map(this::place).orElseGet(() -> Place.start(file));
    }

    private boolean openDocument() {
        while (events.hasNext()) {
            if (events.next().getEventId() == Event.ID.DocumentStart) {
                return true;
            }
        }
        return false;
    }

    private void closeDocument() {
        while (events.hasNext()) {
            Event event = events.next();
            if (event.getEventId() == Event.ID.DocumentStart) {
                problems.error(place(event), "a second document begins here; one is allowed");
                return;
            }
        }
    }

    private void streamRoot(YamlSections sections) {
        Event first = events.next();
        switch (first.getEventId()) {
            case MappingStart -> streamMapping(sections);
            case SequenceStart -> streamItems(sections, sections.list(place(first)));
            default -> sections.neither(compose(first, 0));
        }
    }

    private void streamMapping(YamlSections sections) {
        Set<String> seen = new HashSet<>();
        for (Event event = events.next();
                event.getEventId() != Event.ID.MappingEnd;
                event = events.next()) {
            Place keyPlace = place(event);
            Optional<String> key = key(event);
            Event value = events.next();
            if (key.isEmpty() || isDuplicate(seen, key.get(), keyPlace)) {
                compose(value, 1);
                continue;
            }
            boolean itemwise = sections.section(key.get(), keyPlace);
            if (itemwise && value.getEventId() == Event.ID.SequenceStart) {
                streamItems(sections, true);
            } else {
                sections.value(compose(value, 1));
            }
        }
    }

    private void streamItems(YamlSections sections, boolean wanted) {
        for (Event event = events.next();
                event.getEventId() != Event.ID.SequenceEnd;
                event = events.next()) {
            YamlNode item = compose(event, 1);
            if (wanted) {
                sections.item(item);
            }
        }
    }

    private YamlNode compose(Event event, int depth) {
        Place place = place(event);
        if (depth > MAX_DEPTH) {
            problems.error(place, "nested deeper than " + MAX_DEPTH + " levels");
            throw new Stop();
        }
        if (event instanceof AliasEvent alias) {
            return resolve(alias, place);
        }
        int before = composed++;
        refuseTag(event, place);
        YamlNode node =
                switch (event.getEventId()) {
                    case Scalar -> scalar((ScalarEvent) event, place);
                    case SequenceStart -> sequence(place, depth);
                    case MappingStart -> mapping(place, depth);
                    default ->
                            throw new IllegalStateException(
                                    "the parser promises no " + event.getEventId() + " here");
                };
        if (event instanceof NodeEvent named && named.getAnchor().isPresent()) {
            anchors.put(named.getAnchor().get(), new Anchored(node, composed - before));
        }
        return node;
    }

    private static YamlNode.Scalar scalar(ScalarEvent event, Place place) {
        return new YamlNode.Scalar(place, event.getValue(), event.isPlain());
    }

    private YamlNode resolve(AliasEvent alias, Place place) {
        Anchored anchored = anchors.get(alias.getAlias());
        if (anchored == null) {
            problems.error(
                    place,
                    "no anchor &"
                            + alias.getAlias().getValue()
                            + " stands complete before this alias");
            throw new Stop();
        }
        aliased += anchored.size();
        composed += anchored.size();
        if (aliased > MAX_ALIASED) {
            problems.error(place, "aliases bring in more than " + MAX_ALIASED + " values");
            throw new Stop();
        }
        return anchored.node();
    }

    private void refuseTag(Event event, Place place) {
        Optional<String> tag =
                switch (event) {
                    case ScalarEvent s -> s.getTag();
                    case CollectionStartEvent c -> c.getTag();
                    default -> Optional.empty();
                };
        tag.ifPresent(t -> problems.error(place, "tags are not allowed here: " + t));
    }

    private YamlNode sequence(Place place, int depth) {
        List<YamlNode> items = new ArrayList<>();
        for (Event event = events.next();
                event.getEventId() != Event.ID.SequenceEnd;
                event = events.next()) {
            items.add(compose(event, depth + 1));
        }
        return new YamlNode.Sequence(place, items);
    }

    private YamlNode mapping(Place place, int depth) {
        List<YamlNode.Entry> entries = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Event event = events.next();
                event.getEventId() != Event.ID.MappingEnd;
                event = events.next()) {
            Place keyPlace = place(event);
            Optional<String> key = key(event);
            YamlNode value = compose(events.next(), depth + 1);
            if (key.isPresent() && !isDuplicate(seen, key.get(), keyPlace)) {
                entries.add(new YamlNode.Entry(key.get(), keyPlace, value));
            }
        }
        return new YamlNode.Mapping(place, entries);
    }

    private Optional<String> key(Event event) {
        if (event instanceof ScalarEvent s) {
            refuseTag(event, place(event));
            return Optional.of(s.getValue());
        }
        YamlNode node = compose(event, MAX_DEPTH - 1);
        if (node instanceof YamlNode.Scalar s) {
            return Optional.of(s.text());
        }
        problems.error(node.place(), "a key must be a single word, found " + node.kind());
        return Optional.empty();
    }

    private boolean isDuplicate(Set<String> seen, String key, Place place) {
        if (seen.add(key)) {
            return false;
        }
        problems.error(place, "key " + key + " stands twice in this mapping; keep one");
        return true;
    }
}
