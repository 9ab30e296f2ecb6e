package org.postern.core.yaml;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postern.core.problem.Place;

/**
 * Reads the YAML that lists of a million entries are written in: keys at the margin, each with a
 * list of items, an item being a word, a text in quotes, {@code { key: value, key: … }} on its line
 * or the same as {@code key: value} on lines of their own, all with comments. It is four times as
 * fast as the parser. An item of any other form is handed to the parser by itself, with its lines.
 *
 * <p>All or nothing: the whole file is looked at first, and where its frame is of no such kind, the
 * parser has something to say against an item, an item is tied to others by an anchor, or too many
 * are of other forms, nothing is handed on and the parser reads the whole file. What is handed on
 * is just what the parser would, places included; {@code PlainYamlTest} compares the two.
 */
final class PlainYaml {
    private static final int MAX_INDENT = 16;

    /** So many items that follow each other are handed to the parser at once. */
    private static final int MAX_BATCH = 256;

    /** So many characters are handed to the parser in any file; in a large one, a fifth of it. */
    private static final int APART_ANYWAY = 100_000;

    private final SourceFile source;
    private final PlainScanner in;
    private final @Nullable YamlSections sections;
    private final int maxApart;
    private int apart;
    private int batch = 1;

    private PlainYaml(SourceFile source, @Nullable YamlSections sections) {
        this.source = source;
        this.in = new PlainScanner(source);
        this.sections = sections;
        this.maxApart = Math.max(APART_ANYWAY, source.text().length() / 5);
    }

    /** Hands a file's items on if all of it can be read; otherwise nothing has happened. */
    static boolean stream(SourceFile source, YamlSections sections) {
        return new PlainYaml(source, null).read() && new PlainYaml(source, sections).read();
    }

    /** Goes through the file; without sections it only looks. */
    private boolean read() {
        Set<String> seen = new HashSet<>();
        in.skipEmptyLines();
        if (in.eat("---") && !in.endLine()) {
            return false;
        }
        in.skipEmptyLines();
        boolean any = false;
        while (!in.atEnd()) {
            if (!in.isTopKey()) {
                return false;
            }
            Place place = in.place();
            String key = in.key();
            if (key.isEmpty() || !seen.add(key) || !in.eat(':') || !value(key, place)) {
                return false;
            }
            any = true;
        }
        return any;
    }

    private boolean value(String key, Place keyPlace) {
        Place place = in.place();
        if (in.isEmptyListNext()) {
            in.skipSpaces();
            Place list = in.place();
            in.eat("[]");
            hand(key, keyPlace, new YamlNode.Sequence(list, List.of()));
            return ended() && (in.atEnd() || in.isTopKey());
        }
        if (!ended()) {
            return false;
        }
        int indent = in.indent();
        if (indent >= 0) {
            return indent <= MAX_INDENT && list(key, keyPlace, indent);
        }
        hand(key, keyPlace, new YamlNode.Scalar(place, "", true)); // every entry is commented out
        return in.atEnd() || in.isTopKey();
    }

    /** Goes past the end of the line and whatever is empty after it. */
    private boolean ended() {
        if (!in.endLine()) {
            return false;
        }
        in.skipEmptyLines();
        return true;
    }

    private void hand(String key, Place keyPlace, YamlNode value) {
        if (sections != null) {
            boolean itemwise = sections.section(key, keyPlace);
            if (!itemwise || !(value instanceof YamlNode.Sequence)) {
                sections.value(value);
            }
        }
    }

    private boolean list(String key, Place keyPlace, int indent) {
        Place place = in.placeOf(in.position() + indent);
        boolean itemwise = sections != null && sections.section(key, keyPlace);
        List<YamlNode> items = new ArrayList<>();
        while (in.indent() == indent) {
            int start = in.position();
            int line = in.line();
            in.skip(indent + 1);
            YamlNode item = item();
            if (item != null && isEndOfItem(indent)) {
                batch = 1;
                hand(item, itemwise, items);
            } else {
                in.returnToLine(start, line);
                List<YamlNode> parsed = parsed(indent);
                if (parsed == null) {
                    return false;
                }
                for (YamlNode one : parsed) {
                    hand(one, itemwise, items);
                }
            }
        }
        if (sections != null && !itemwise) {
            sections.value(new YamlNode.Sequence(place, items));
        }
        return in.atEnd() || in.isTopKey();
    }

    private boolean isEndOfItem(int indent) {
        return in.atEnd() || in.isTopKey() || in.indent() == indent;
    }

    private void hand(YamlNode item, boolean itemwise, List<YamlNode> items) {
        if (itemwise && sections != null) {
            sections.item(item);
        } else if (sections != null) {
            items.add(item);
        }
    }

    /** An item up to the next line that is not empty; null if it is of no form that is known. */
    private @Nullable YamlNode item() {
        in.skipSpaces();
        if (in.is('{')) {
            YamlNode mapping = flowMapping();
            return mapping != null && ended() ? mapping : null;
        }
        if (in.isKeyedValueNext()) {
            return blockMapping();
        }
        YamlNode word = in.isQuote() ? in.quoted() : in.plain(false);
        return word != null && ended() ? word : null;
    }

    private YamlNode.@Nullable Mapping blockMapping() {
        Place place = in.place();
        int indent = in.column();
        List<YamlNode.Entry> entries = new ArrayList<>(4);
        do {
            Place keyPlace = in.place();
            String key = in.key();
            if (key.isEmpty() || has(entries, key) || !in.isValueNext()) {
                return null;
            }
            in.eat(':');
            in.skipSpaces();
            YamlNode value = in.isQuote() ? in.quoted() : in.plain(false);
            if (value == null || !ended()) {
                return null;
            }
            entries.add(new YamlNode.Entry(key, keyPlace, value));
        } while (in.eatIndentedKey(indent));
        return new YamlNode.Mapping(place, entries);
    }

    private YamlNode.@Nullable Mapping flowMapping() {
        Place place = in.place();
        List<YamlNode.Entry> entries = new ArrayList<>(4);
        in.eat('{');
        do {
            in.skipSpaces();
            Place keyPlace = in.place();
            boolean quoted = in.isQuote();
            YamlNode.Scalar name = quoted ? in.quoted() : null;
            String key = name == null ? quoted ? "" : in.key() : name.text();
            if (key.isEmpty() || has(entries, key) || !(quoted || in.isValueNext())) {
                return null;
            }
            if (!in.eat(':')) {
                return null;
            }
            in.skipSpaces();
            YamlNode value = in.isQuote() ? in.quoted() : in.plain(true);
            if (value == null) {
                return null;
            }
            entries.add(new YamlNode.Entry(key, keyPlace, value));
            in.skipSpaces();
        } while (in.eat(','));
        return in.eat('}') ? new YamlNode.Mapping(place, entries) : null;
    }

    private static boolean has(List<YamlNode.Entry> entries, String key) {
        for (YamlNode.Entry entry : entries) {
            if (entry.key().equals(key)) {
                return true;
            }
        }
        return false;
    }

    /**
     * What the parser makes of the item that begins here, and of some after it where several were
     * of no known form. An item ends where another begins or a key at the margin: what is still
     * open there, quotes or a brace, is no YAML by itself, and what is complete cannot go on,
     * because everything that could is indented further.
     */
    private @Nullable List<YamlNode> parsed(int indent) {
        int from = in.position();
        int to = from;
        for (int n = 0; n < batch && (n == 0 || in.isItemAt(to, indent)); n++) {
            to = in.endOfItem(to, indent);
            if (to < 0) {
                return null;
            }
        }
        apart += to - from;
        if (apart > maxApart) {
            return null;
        }
        // where something empty stands depends on what follows it
        boolean another = in.isItemAt(to, indent);
        String lines = in.lines(from, to) + (another ? " ".repeat(indent) + "-" : "");
        Optional<List<YamlNode>> items = YamlReader.items(source.path(), lines, in.line());
        in.goToLine(to);
        batch = Math.min(batch * 2, MAX_BATCH);
        return items.map(all -> another ? all.subList(0, all.size() - 1) : all).orElse(null);
    }
}
