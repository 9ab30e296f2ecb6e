package org.postern.core.yaml;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postern.core.problem.Place;

/**
 * Reads the plainest YAML there is, which is what programs write lists of a million entries in:
 * keys at the margin, each with a list of items a line, an item being one word or {@code { key:
 * some words, key: … }} on its line, in printable ASCII. It is four times as fast as the parser.
 *
 * <p>All or nothing: the whole file is looked at first, and where anything in it is not of that
 * kind, or wrong, nothing is handed on and the parser reads it. What is handed on is just what the
 * parser would, places included; {@code PlainYamlTest} compares the two.
 */
final class PlainYaml {
    private static final int MAX_INDENT = 8;

    private final SourceFile source;
    private final String text;
    private final @Nullable YamlSections sections;
    private int at;
    private int line = 1;
    private int lineStart;

    private PlainYaml(SourceFile source, @Nullable YamlSections sections) {
        this.source = source;
        this.text = source.text();
        this.sections = sections;
    }

    /** Hands a file's items on if all of it is plain; otherwise nothing has happened. */
    static boolean stream(SourceFile source, YamlSections sections) {
        return new PlainYaml(source, null).read() && new PlainYaml(source, sections).read();
    }

    /** Goes through the file; without sections it only looks. */
    private boolean read() {
        Set<String> seen = new HashSet<>();
        boolean any = false;
        skipEmptyLines();
        while (at < text.length()) {
            int start = at;
            while (at < text.length() && isKeyCharacter(text.charAt(at))) {
                at++;
            }
            String key = text.substring(start, at);
            Place place = place(start);
            if (key.isEmpty() || !seen.add(key) || !eat(':') || !endLine()) {
                return false;
            }
            if (!list(key, place)) {
                return false;
            }
            any = true;
        }
        return any;
    }

    private boolean list(String key, Place keyPlace) {
        skipEmptyLines();
        int indent = indent();
        if (indent < 0) {
            return false;
        }
        Place place = place(at + indent);
        boolean itemwise = sections != null && sections.section(key, keyPlace);
        List<YamlNode> items = new ArrayList<>();
        for (int next = indent; next == indent; next = indent()) {
            at += indent + 2;
            YamlNode item = at < text.length() && text.charAt(at) == '{' ? mapping() : word();
            if (item == null || !endLine()) {
                return false;
            }
            if (itemwise && sections != null) {
                sections.item(item);
            } else if (sections != null) {
                items.add(item);
            }
            skipEmptyLines();
        }
        if (sections != null && !itemwise) {
            sections.value(new YamlNode.Sequence(place, items));
        }
        return at >= text.length() || isKeyCharacter(text.charAt(at));
    }

    /** How far an item's dash is indented; -1 where the line is none. */
    private int indent() {
        int i = at;
        while (i < text.length() && text.charAt(i) == ' ') {
            i++;
        }
        boolean item =
                i - at <= MAX_INDENT
                        && i + 1 < text.length()
                        && text.charAt(i) == '-'
                        && text.charAt(i + 1) == ' ';
        return item ? i - at : -1;
    }

    private @Nullable YamlNode word() {
        return isQuote() ? quoted() : plain(false);
    }

    private YamlNode.@Nullable Mapping mapping() {
        Place place = place(at);
        List<YamlNode.Entry> entries = new ArrayList<>(4);
        at++;
        do {
            if (!eat(' ')) {
                return null;
            }
            int start = at;
            while (at < text.length() && isKeyCharacter(text.charAt(at))) {
                at++;
            }
            String key = text.substring(start, at);
            if (key.isEmpty() || has(entries, key) || !eat(':') || !eat(' ')) {
                return null;
            }
            YamlNode value = isQuote() ? quoted() : plain(true);
            if (value == null) {
                return null;
            }
            entries.add(new YamlNode.Entry(key, place(start), value));
        } while (eat(','));
        return eat(' ') && eat('}') ? new YamlNode.Mapping(place, entries) : null;
    }

    private static boolean has(List<YamlNode.Entry> entries, String key) {
        for (YamlNode.Entry entry : entries) {
            if (entry.key().equals(key)) {
                return true;
            }
        }
        return false;
    }

    private boolean isQuote() {
        return at < text.length() && (text.charAt(at) == '\'' || text.charAt(at) == '"');
    }

    /** A text in quotes without anything in it that quotes treat apart. */
    private YamlNode.@Nullable Scalar quoted() {
        char quote = text.charAt(at);
        int start = at++;
        while (at < text.length() && text.charAt(at) != quote) {
            char c = text.charAt(at);
            if (!isPrintable(c) || c == '\\') {
                return null;
            }
            at++;
        }
        if (!eat(quote)) {
            return null;
        }
        return new YamlNode.Scalar(place(start), text.substring(start + 1, at - 1), false);
    }

    /** Characters that mean nothing to YAML where they stand here, and words of them. */
    private YamlNode.@Nullable Scalar plain(boolean several) {
        int start = at;
        boolean first = true;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (first ? isWordStart(c) : isWordCharacter(c)) {
                first = false;
                at++;
            } else if (c == ':' && !first && at + 1 < text.length() && goesOn(at + 1)) {
                at++;
            } else if (c == ' '
                    && several
                    && !first
                    && at + 1 < text.length()
                    && isWordStart(text.charAt(at + 1))) {
                first = true;
                at++;
            } else {
                break;
            }
        }
        return at == start
                ? null
                : new YamlNode.Scalar(place(start), text.substring(start, at), true);
    }

    private boolean goesOn(int i) {
        char c = text.charAt(i);
        return c == ':' ? i + 1 < text.length() && goesOn(i + 1) : isWordStart(c) || c == '/';
    }

    private boolean eat(char c) {
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private boolean endLine() {
        if (at >= text.length()) {
            return true;
        }
        if (text.charAt(at) != '\n') {
            return false;
        }
        nextLine();
        return true;
    }

    private void nextLine() {
        at++;
        line++;
        lineStart = at;
    }

    /** Goes past empty lines and comments; whatever else there is stays to be looked at. */
    private void skipEmptyLines() {
        while (at < text.length()) {
            int i = at;
            while (i < text.length() && text.charAt(i) == ' ') {
                i++;
            }
            if (i < text.length() && text.charAt(i) == '#') {
                while (i < text.length() && isPrintable(text.charAt(i))) {
                    i++;
                }
            } else if (i > at) {
                return;
            }
            if (i < text.length() && text.charAt(i) != '\n') {
                return;
            }
            at = i;
            if (at < text.length()) {
                nextLine();
            }
        }
    }

    private Place place(int position) {
        return new Place(source.path(), line, position - lineStart + 1);
    }

    private static boolean isPrintable(char c) {
        return c >= ' ' && c <= '~';
    }

    private static boolean isKeyCharacter(char c) {
        return (c >= 'a' && c <= 'z') || c == '-';
    }

    private static boolean isWordStart(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.';
    }

    private static boolean isWordCharacter(char c) {
        return isWordStart(c)
                || c == '@'
                || c == '/'
                || c == '-'
                || c == '_'
                || c == '+'
                || c == '=';
    }
}
