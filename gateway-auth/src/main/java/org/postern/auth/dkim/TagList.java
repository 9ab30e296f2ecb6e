package org.postern.auth.dkim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A list {@code name=value; name=value} (RFC 6376, 3.2), as in signature fields, ARC fields and key
 * records. Names are case-sensitive and stand once; white space around names and values does not
 * count, inside values it stays. Octets above 127 may stand in values (RFC 8616). Immutable.
 */
public final class TagList {
    /** No honest list comes near it; a broken one must not make us keep a million of them. */
    private static final int MAX_TAGS = 200;

    private final String text;
    private final List<String> names;
    private final int[] from;
    private final int[] to;

    private TagList(String text, List<String> names, int[] from, int[] to) {
        this.text = text;
        this.names = names;
        this.from = from;
        this.to = to;
    }

    /**
     * Reads a list. Each character stands for one octet (ISO 8859-1); line ends may stand wherever
     * white space may.
     *
     * @throws TagSyntaxException if it is empty, a name is bad or stands twice, there is nothing
     *     between two semicolons, or a value holds a control character
     */
    public static TagList parse(String text) throws TagSyntaxException {
        List<String> names = new ArrayList<>(12);
        int[] from = new int[16];
        int[] to = new int[16];
        int at = skipWhite(text, 0);
        if (at == text.length()) {
            throw new TagSyntaxException("the tag list is empty");
        }
        while (at < text.length()) {
            int nameEnd = nameEnd(text, at);
            String name = text.substring(at, nameEnd);
            if (names.contains(name)) {
                throw new TagSyntaxException("the tag " + name + "= stands twice");
            }
            if (names.size() == MAX_TAGS) {
                throw new TagSyntaxException("more than " + MAX_TAGS + " tags");
            }
            at = skipWhite(text, nameEnd);
            if (at == text.length() || text.charAt(at) != '=') {
                throw new TagSyntaxException("no = after the tag name " + name);
            }
            int valueFrom = skipWhite(text, at + 1);
            int valueEnd = valueEnd(text, valueFrom, name);
            int valueTo = valueEnd;
            while (valueTo > valueFrom && isWhite(text.charAt(valueTo - 1))) {
                valueTo--;
            }
            if (names.size() == from.length) {
                from = Arrays.copyOf(from, from.length * 2);
                to = Arrays.copyOf(to, to.length * 2);
            }
            from[names.size()] = valueFrom;
            to[names.size()] = valueTo;
            names.add(name);
            // one semicolon may end the list
            at = valueEnd == text.length() ? valueEnd : skipWhite(text, valueEnd + 1);
        }
        return new TagList(text, names, from, to);
    }

    /** RFC 6376, 3.2: a letter, then letters, digits and underscores. */
    private static int nameEnd(String text, int from) throws TagSyntaxException {
        int at = from;
        while (at < text.length() && isNameCharacter(text.charAt(at), at == from)) {
            at++;
        }
        if (at == from) {
            throw new TagSyntaxException(
                    text.charAt(from) == ';'
                            ? "nothing between two semicolons"
                            : "no tag name where one should be");
        }
        return at;
    }

    private static boolean isNameCharacter(char c, boolean first) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (!first && ((c >= '0' && c <= '9') || c == '_'));
    }

    private static int valueEnd(String text, int from, String name) throws TagSyntaxException {
        int at = from;
        while (at < text.length() && text.charAt(at) != ';') {
            char c = text.charAt(at);
            if ((c < ' ' && !isWhite(c)) || c == 0x7f) {
                throw new TagSyntaxException("a control character in the tag " + name + "=");
            }
            at++;
        }
        return at;
    }

    private static int skipWhite(String text, int from) {
        int at = from;
        while (at < text.length() && isWhite(text.charAt(at))) {
            at++;
        }
        return at;
    }

    static boolean isWhite(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    /** The names in the order in which they stand. */
    public List<String> names() {
        return List.copyOf(names);
    }

    /** Whether the tag stands. */
    public boolean has(String name) {
        return names.contains(name);
    }

    /** The value as it stands, outer white space taken off, or null where the tag is missing. */
    public @Nullable String get(String name) {
        int i = names.indexOf(name);
        return i < 0 ? null : text.substring(from[i], to[i]);
    }

    /** The value with all white space taken out, or null where the tag is missing. */
    public @Nullable String compact(String name) {
        String value = get(name);
        return value == null ? null : withoutWhite(value);
    }

    /**
     * Where the octets between {@code =} and the next {@code ;} begin: what counts as empty when
     * the signature is computed (RFC 6376, 3.7). The tag must stand.
     */
    int valueStart(String name) {
        int at = from[names.indexOf(name)];
        while (text.charAt(at - 1) != '=') {
            at--;
        }
        return at;
    }

    /** Where they end: at the semicolon or the end of the list. */
    int valueEnd(String name) {
        int end = text.indexOf(';', to[names.indexOf(name)]);
        return end < 0 ? text.length() : end;
    }

    static String withoutWhite(String value) {
        int i = 0;
        while (i < value.length() && !isWhite(value.charAt(i))) {
            i++;
        }
        if (i == value.length()) {
            return value;
        }
        StringBuilder out = new StringBuilder(value.length()).append(value, 0, i);
        for (; i < value.length(); i++) {
            if (!isWhite(value.charAt(i))) {
                out.append(value.charAt(i));
            }
        }
        return out.toString();
    }
}
