package org.postern.app.scan;

import java.util.regex.Pattern;

/**
 * Text of a scanner made fit for a header field: it can end neither the field nor the header,
 * whatever it holds. Lines end where the scanner ended them and before they are too long.
 */
final class FieldText {
    /** The longest value that is taken over, in characters; what is beyond is cut off. */
    static final int MAX_VALUE = 4_096;

    /** The longest line, in characters: RFC 5322, 2.1.1 allows 998 octets with the field's name. */
    static final int MAX_LINE = 900;

    /** RFC 5322, 2.2 and 3.6.8, and no longer than a line should be. */
    private static final Pattern NAME = Pattern.compile("[!-9;-~]{1,76}");

    private static final Pattern LINE_ENDS = Pattern.compile("[\\r\\n]+");

    private FieldText() {}

    /** Whether this can be a field's name. */
    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** A value without its last line end; empty if nothing is left of it. */
    static String folded(String value) {
        String cut = value.substring(0, Math.min(value.length(), MAX_VALUE));
        StringBuilder out = new StringBuilder(cut.length() + 16);
        for (String part : LINE_ENDS.split(cut, -1)) {
            String line = part.replace('\t', ' ').replaceAll("[^ -~]", "?").strip();
            while (!line.isEmpty()) {
                int end = line.length() <= MAX_LINE ? line.length() : lastSpace(line);
                // RFC 5322, 2.2.3: a line that goes on begins with white space, and is not empty
                out.append(out.isEmpty() ? "" : "\r\n\t").append(line, 0, end);
                line = line.substring(end).strip();
            }
        }
        return out.toString();
    }

    private static int lastSpace(String line) {
        int space = line.lastIndexOf(' ', MAX_LINE);
        return space > 0 ? space : MAX_LINE;
    }
}
