package org.postern.app.journal;

/**
 * Reads whole numbers out of a text in which SQLite has put many of them: one call over the border
 * to native code in place of thousands. Not thread-safe.
 */
final class Digits {
    private final String text;
    private int at;

    Digits(String text) {
        this.text = text;
    }

    /** Whether there is more. */
    boolean more() {
        return at < text.length();
    }

    /** The next number; the character behind it is passed over, see {@link #before}. */
    long next() {
        boolean negative = at < text.length() && text.charAt(at) == '-';
        int i = negative ? at + 1 : at;
        long value = 0;
        while (i < text.length()) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            value = value * 10 + digit;
            i++;
        }
        at = i + 1;
        return negative ? -value : value;
    }

    /** Whether the number before was ended by this character. */
    boolean before(char c) {
        return at <= text.length() && text.charAt(at - 1) == c;
    }

    /** The text up to the end of the line; that end is passed over. */
    String line() {
        int end = text.indexOf('\n', at);
        String line = text.substring(at, end < 0 ? text.length() : end);
        at += line.length() + 1;
        return line;
    }

    /** Passes over the rest of the line. */
    void skipLine() {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end + 1;
    }
}
