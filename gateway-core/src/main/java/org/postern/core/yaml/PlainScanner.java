package org.postern.core.yaml;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.postern.core.problem.Place;

/**
 * Goes through a text and knows the pieces of YAML that {@link PlainYaml} understands: words,
 * quoted texts, ends of lines with their comments. What it does not know it says it does not; it
 * never goes past an end of line by anything but {@link #endLine} and {@link #skipEmptyLines}. For
 * one thread.
 */
final class PlainScanner {
    /** Longer keys are left to the parser, which has a bound of its own (YAML 1.2, 7.4.2). */
    private static final int MAX_KEY = 100;

    private final Path file;
    private final String text;
    private int at;
    private int line = 1;
    private int lineStart;

    PlainScanner(SourceFile source) {
        this.file = source.path();
        this.text = source.text();
    }

    /** Where the next character stands in the text. */
    int position() {
        return at;
    }

    /** The line of the next character, from 1. */
    int line() {
        return line;
    }

    /** How far the next character is from the margin. */
    int column() {
        return at - lineStart;
    }

    boolean atEnd() {
        return at >= text.length();
    }

    /** Where the next character stands, for people. */
    Place place() {
        return placeOf(at);
    }

    /** The same of a character further on, on the same line. */
    Place placeOf(int position) {
        return new Place(file, line, position - lineStart + 1);
    }

    /** The character at a place of the text; at its end 0, which is in no text. */
    private char charAt(int position) {
        return position < text.length() ? text.charAt(position) : 0;
    }

    /** Whether this is the next character. */
    boolean is(char c) {
        return charAt(at) == c;
    }

    /** Goes past a character if it is the next. */
    boolean eat(char c) {
        if (!is(c)) {
            return false;
        }
        at++;
        return true;
    }

    /** Goes past a few characters of the same line if they are the next. */
    boolean eat(String what) {
        if (!text.startsWith(what, at)) {
            return false;
        }
        at += what.length();
        return true;
    }

    void skipSpaces() {
        while (charAt(at) == ' ') {
            at++;
        }
    }

    /** Goes past so many characters of the line. */
    void skip(int characters) {
        at += characters;
    }

    /** Goes back to the beginning of a line. */
    void returnToLine(int position, int number) {
        at = position;
        lineStart = position;
        line = number;
    }

    /** Goes on to the beginning of a line. */
    void goToLine(int position) {
        for (; at < position; at++) {
            if (text.charAt(at) == '\n') {
                line++;
                lineStart = at + 1;
            }
        }
    }

    /** Whether a key of the top begins here. */
    boolean isTopKey() {
        return at == lineStart && isLetter(charAt(at));
    }

    /** A key without quotes, or an empty text where none stands. */
    String key() {
        int start = at;
        if (!isLetter(charAt(at))) {
            return "";
        }
        int end = at;
        while (isLetter(charAt(end)) || charAt(end) == '-') {
            end++;
        }
        if (end - start > MAX_KEY) {
            return "";
        }
        at = end;
        return text.substring(start, end);
    }

    /** Whether a key stands here with a value on its line. */
    boolean isKeyedValueNext() {
        int i = at;
        while (isLetter(charAt(i)) || (i > at && charAt(i) == '-')) {
            i++;
        }
        return i > at && charAt(i) == ':' && charAt(i + 1) == ' ';
    }

    /** Whether an empty list stands on the rest of the line. */
    boolean isEmptyListNext() {
        int i = at;
        while (charAt(i) == ' ') {
            i++;
        }
        return i > at && text.startsWith("[]", i);
    }

    /** Whether the key that was read is followed by a value on its line. */
    boolean isValueNext() {
        return charAt(at) == ':' && charAt(at + 1) == ' ';
    }

    /** How far the dash of an item is indented on the line that begins here; -1 for no item. */
    int indent() {
        int dash = at;
        while (charAt(dash) == ' ') {
            dash++;
        }
        return isItem(dash) ? dash - at : -1;
    }

    private boolean isItem(int dash) {
        if (charAt(dash) != '-') {
            return false;
        }
        char next = charAt(dash + 1);
        return next == ' ' || next == '\n' || next == '\r' || dash + 1 == text.length();
    }

    /** Goes to a key on the line that begins here, if one stands there so far from the margin. */
    boolean eatIndentedKey(int indent) {
        for (int i = 0; i < indent; i++) {
            if (charAt(at + i) != ' ') {
                return false;
            }
        }
        if (!isLetter(charAt(at + indent))) {
            return false;
        }
        at += indent;
        return true;
    }

    boolean isQuote() {
        return is('\'') || is('"');
    }

    /** A text in quotes that ends on its line and has no escapes but of quotes and slashes. */
    YamlNode.@Nullable Scalar quoted() {
        Place place = place();
        char quote = text.charAt(at);
        StringBuilder unescaped = null;
        int from = ++at;
        while (charAt(at) != quote || (quote == '\'' && charAt(at + 1) == '\'')) {
            char c = charAt(at);
            if (c == quote || (c == '\\' && quote == '"')) {
                char escaped = charAt(at + 1);
                if (escaped != '"' && escaped != '\\' && escaped != '/' && escaped != quote) {
                    return null;
                }
                if (unescaped == null) {
                    unescaped = new StringBuilder();
                }
                unescaped.append(text, from, at).append(escaped);
                at += 2;
                from = at;
            } else if (isText(c)) {
                at++;
            } else {
                return null;
            }
        }
        String rest = text.substring(from, at++);
        return new YamlNode.Scalar(
                place, unescaped == null ? rest : unescaped.append(rest).toString(), false);
    }

    /**
     * Words without quotes, up to what ends them on their line.
     *
     * @param inFlow whether they stand in braces, where commas and brackets end them
     */
    YamlNode.@Nullable Scalar plain(boolean inFlow) {
        int start = at;
        if (!isPlainStart(charAt(at))) {
            return null;
        }
        int end = at;
        for (int i = at; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ' ') {
                continue;
            }
            if (!isText(c)
                    || (c == '#' && text.charAt(i - 1) == ' ')
                    || (c == ':' && !goesOn(charAt(i + 1), inFlow))
                    || (inFlow && isFlowIndicator(c))) {
                break;
            }
            end = i + 1;
        }
        at = end;
        return new YamlNode.Scalar(placeOf(start), text.substring(start, end), true);
    }

    /** Whether a colon before this character is one like any other. */
    private static boolean goesOn(char next, boolean inFlow) {
        return next != ' ' && isText(next) && !(inFlow && isFlowIndicator(next));
    }

    /** Goes past the rest of a line if it is empty or a comment. */
    boolean endLine() {
        int i = at;
        while (charAt(i) == ' ') {
            i++;
        }
        if (charAt(i) == '#') {
            if (i == at) {
                return false; // no comment without a space before it
            }
            i = commentEnd(i);
        }
        return breakLine(i);
    }

    /** Goes past empty lines and comments; whatever else there is stays to be looked at. */
    void skipEmptyLines() {
        boolean more = true;
        while (more && at < text.length()) {
            int i = at;
            while (charAt(i) == ' ') {
                i++;
            }
            more = breakLine(charAt(i) == '#' ? commentEnd(i) : i);
        }
    }

    private boolean breakLine(int position) {
        int i = position;
        if (i >= text.length()) {
            at = i;
            return true;
        }
        if (charAt(i) == '\r') {
            i++;
        }
        if (charAt(i) != '\n') {
            return false;
        }
        at = i + 1;
        line++;
        lineStart = at;
        return true;
    }

    private int commentEnd(int from) {
        int i = from;
        while (isText(charAt(i))
                || charAt(i) == '\t'
                || Character.isSurrogatePair(charAt(i), charAt(i + 1))) {
            i += Character.isSurrogate(charAt(i)) ? 2 : 1;
        }
        return i;
    }

    /**
     * The line at which something else begins after the item that begins here: another of its list,
     * or a key of the top.
     *
     * @param from the beginning of the item's line
     * @param indent that of the list's items
     * @return the beginning of that line, or the text's end; -1 where a line is none that could
     *     belong to the item, or ends in an unusual way
     */
    int endOfItem(int from, int indent) {
        int i = from;
        while (true) {
            int end = endOfLine(i);
            if (end < 0 || end == text.length()) {
                return end;
            }
            i = end;
            if (isLetter(charAt(i)) || isItemAt(i, indent)) {
                return i;
            }
            char first = charAt(i);
            if (first != ' ' && first != '#' && first != '\n' && first != '\r') {
                return -1;
            }
        }
    }

    /** Whether an item with this indent stands on the line that begins at a position. */
    boolean isItemAt(int lineBegin, int indent) {
        for (int i = 0; i < indent; i++) {
            if (charAt(lineBegin + i) != ' ') {
                return false;
            }
        }
        return isItem(lineBegin + indent);
    }

    private int endOfLine(int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                return i + 1;
            }
            if ((c == '\r' && charAt(i + 1) != '\n') || c == 0x85 || c == 0x2028 || c == 0x2029) {
                return -1; // lines are counted in another way there
            }
        }
        return text.length();
    }

    /** The lines between two beginnings of lines. */
    String lines(int from, int to) {
        return text.substring(from, to);
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z';
    }

    /** What may stand in a text and takes one column: no breaks, no controls, no surrogates. */
    private static boolean isText(char c) {
        return c >= ' ' && (c <= '~' || (c > 0xa0 && c < 0xd800 && c != 0x2028 && c != 0x2029));
    }

    private static boolean isPlainStart(char c) {
        return isLetter(c)
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '/'
                || c == '_'
                || (c > '~' && isText(c));
    }

    private static boolean isFlowIndicator(char c) {
        return c == ',' || c == '[' || c == ']' || c == '{' || c == '}';
    }
}
