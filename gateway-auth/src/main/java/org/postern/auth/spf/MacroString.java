package org.postern.auth.spf;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A macro string of RFC 7208, 7.1, read and ready to be expanded. Immutable.
 *
 * <p>Reading is linear and knows nothing of values: syntax errors are found before anything is
 * expanded, and what a value holds can never become syntax.
 */
final class MacroString {
    private static final String DELIMITERS = ".-+,/_=";
    private static final String LETTERS = "slodiphv";
    private static final String EXP_LETTERS = "crt";
    private static final char[] URL_SPACE = {'%', '2', '0'};

    private final String source;
    private final List<Part> parts;

    private MacroString(String source, List<Part> parts) {
        this.source = source;
        this.parts = List.copyOf(parts);
    }

    /** A piece: text as it stands, or a macro. */
    sealed interface Part {
        /** Text. */
        record Literal(String text) implements Part {}

        /**
         * {@code %{...}}.
         *
         * @param letter which value, in lower case
         * @param keep how many right-hand parts are kept, {@code Integer.MAX_VALUE} for all
         * @param reverse whether the parts are reversed
         * @param delimiters where the value is split, {@code .} if nothing is said
         * @param escape whether the outcome is URL-escaped: the letter is a capital
         */
        record Macro(char letter, int keep, boolean reverse, String delimiters, boolean escape)
                implements Part {
            /** Whether the value goes out as it is. */
            boolean plain() {
                return keep == Integer.MAX_VALUE && !reverse && delimiters.equals(".");
            }
        }
    }

    /**
     * Reads a domain-spec: a macro string without spaces that ends in a top label or a macro.
     *
     * @throws SpfSyntaxException if it is none
     */
    static MacroString domainSpec(String text) throws SpfSyntaxException {
        if (text.isEmpty()) {
            throw new SpfSyntaxException("a domain is missing");
        }
        MacroString spec = read(text, false, false);
        // RFC 7208, 7.1: domain-end = ( "." toplabel [ "." ] ) / macro-expand
        if (!endsInMacro(text) && !endsInTopLabel(text)) {
            throw new SpfSyntaxException("'" + Text.show(text) + "' does not end in a domain");
        }
        return spec;
    }

    /**
     * Reads the value of an unknown modifier, which must be a macro string even though nobody will
     * expand it (RFC 7208, 6).
     *
     * @throws SpfSyntaxException if it is none
     */
    static MacroString modifierValue(String text) throws SpfSyntaxException {
        return read(text, true, false);
    }

    /**
     * Reads an explain-string: a macro string that may hold spaces and the letters {@code c},
     * {@code r} and {@code t} (RFC 7208, 6.2).
     *
     * @throws SpfSyntaxException if it is none
     */
    static MacroString explainString(String text) throws SpfSyntaxException {
        return read(text, true, true);
    }

    /** The pieces, left to right. */
    List<Part> parts() {
        return parts;
    }

    /** The text as it was written. */
    String source() {
        return source;
    }

    private static MacroString read(String text, boolean expLetters, boolean spaces)
            throws SpfSyntaxException {
        List<Part> parts = new ArrayList<>(1);
        StringBuilder literal = null;
        int literalStart = 0;
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c != '%') {
                // macro-literal = %x21-24 / %x26-7E
                if ((c < 0x21 || c > 0x7e) && !(spaces && c == ' ')) {
                    throw new SpfSyntaxException(
                            String.format(Locale.ROOT, "octet 0x%02x is not allowed", (int) c));
                }
                if (literal != null) {
                    literal.append(c);
                }
                i++;
                continue;
            }
            if (i + 1 == text.length()) {
                throw new SpfSyntaxException("a percent sign ends it");
            }
            if (literal == null) {
                literal = new StringBuilder(text.length()).append(text, literalStart, i);
            }
            switch (text.charAt(i + 1)) {
                case '%' -> literal.append('%');
                case '_' -> literal.append(' ');
                case '-' -> literal.append(URL_SPACE);
                case '{' -> {
                    int end = text.indexOf('}', i);
                    if (end < 0) {
                        throw new SpfSyntaxException("a macro has no closing brace");
                    }
                    if (!literal.isEmpty()) {
                        parts.add(new Part.Literal(literal.toString()));
                        literal.setLength(0);
                    }
                    parts.add(macro(text, i + 2, end, expLetters));
                    i = end - 1;
                }
                default -> throw new SpfSyntaxException("a percent sign begins no macro");
            }
            i += 2;
        }
        if (literal == null) {
            if (!text.isEmpty()) {
                parts.add(new Part.Literal(text));
            }
        } else if (!literal.isEmpty()) {
            parts.add(new Part.Literal(literal.toString()));
        }
        return new MacroString(text, parts);
    }

    /** Reads {@code macro-letter transformers *delimiter} from {@code start} up to {@code end}. */
    private static Part.Macro macro(String text, int start, int end, boolean expLetters)
            throws SpfSyntaxException {
        if (start == end) {
            throw new SpfSyntaxException("empty macro");
        }
        char given = text.charAt(start);
        char letter = Text.lower(given);
        if (LETTERS.indexOf(letter) < 0 && EXP_LETTERS.indexOf(letter) < 0) {
            throw new SpfSyntaxException("there is no macro '" + Text.show("" + given) + "'");
        }
        if (!expLetters && EXP_LETTERS.indexOf(letter) >= 0) {
            // RFC 7208, 7.2: c, r and t only in explanations
            throw new SpfSyntaxException("macro '" + given + "' is for explanations only");
        }
        int i = start + 1;
        int keep = 0;
        boolean digits = false;
        while (i < end && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
            digits = true;
            keep = Math.min(1_000_000, keep * 10 + (text.charAt(i) - '0'));
            i++;
        }
        if (digits && keep == 0) {
            throw new SpfSyntaxException("a macro keeps at least one part"); // RFC 7208, 7.3
        }
        boolean reverse = i < end && Text.lower(text.charAt(i)) == 'r';
        if (reverse) {
            i++;
        }
        String delimiters = i == end ? "." : text.substring(i, end);
        for (int j = i; j < end; j++) {
            if (DELIMITERS.indexOf(text.charAt(j)) < 0) {
                throw new SpfSyntaxException(
                        "'" + Text.show(text.substring(start, end)) + "' is no macro");
            }
        }
        return new Part.Macro(
                letter, digits ? keep : Integer.MAX_VALUE, reverse, delimiters, given != letter);
    }

    private static boolean endsInMacro(String text) {
        if (text.endsWith("}")) {
            int open = text.lastIndexOf("%{");
            return open >= 0
                    && text.indexOf('}', open) == text.length() - 1
                    && isMacroStart(text, open);
        }
        int n = text.length();
        return n >= 2
                && "%_-".indexOf(text.charAt(n - 1)) >= 0
                && text.charAt(n - 2) == '%'
                && isMacroStart(text, n - 2);
    }

    /** Whether the % at this place begins a macro and is not the second of {@code %%}. */
    private static boolean isMacroStart(String text, int at) {
        int before = 0;
        while (at - before - 1 >= 0 && text.charAt(at - before - 1) == '%') {
            before++;
        }
        return before % 2 == 0;
    }

    /**
     * RFC 7208, 7.1: {@code toplabel = ( *alphanum ALPHA *alphanum ) / ( 1*alphanum "-" *( alphanum
     * / "-" ) alphanum )}: letters, digits, hyphens inside, not only digits.
     */
    private static boolean endsInTopLabel(String text) {
        int end = text.endsWith(".") ? text.length() - 1 : text.length();
        int start = text.lastIndexOf('.', end - 1) + 1;
        if (start == 0 || start == end) {
            return false;
        }
        boolean onlyDigits = true;
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            boolean digit = c >= '0' && c <= '9';
            boolean alpha = Text.lower(c) >= 'a' && Text.lower(c) <= 'z';
            if (!digit && !alpha && (c != '-' || i == start || i == end - 1)) {
                return false;
            }
            onlyDigits &= digit;
        }
        return !onlyDigits;
    }

    @Override
    public String toString() {
        return source;
    }
}
