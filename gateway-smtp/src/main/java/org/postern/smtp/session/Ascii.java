package org.postern.smtp.session;

/**
 * Case and white space as SMTP knows them: of ASCII alone (RFC 5321, 2.4). Java's own methods take
 * the long s for an S, so that a command could be written in letters that a filter before us does
 * not know. Pure.
 */
final class Ascii {
    private Ascii() {}

    /** The text with {@code a} to {@code z} in upper case. */
    static String upper(String text) {
        StringBuilder out = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 'a' && c <= 'z') {
                if (out == null) {
                    out = new StringBuilder(text);
                }
                out.setCharAt(i, (char) (c - ('a' - 'A')));
            }
        }
        return out == null ? text : out.toString();
    }

    /** Whether a text is this word, in any case. */
    static boolean is(String word, String text) {
        return word.length() == text.length() && upper(text).equals(upper(word));
    }

    /** Whether a text begins with this word, in any case. */
    static boolean begins(String word, String text) {
        return text.length() >= word.length() && is(word, text.substring(0, word.length()));
    }

    /** The text without spaces and tabs at either end. */
    static String strip(String text) {
        int begin = 0;
        while (begin < text.length() && isBlank(text.charAt(begin))) {
            begin++;
        }
        return stripTrailing(text.substring(begin));
    }

    /** The text without spaces and tabs at its end. */
    static String stripTrailing(String text) {
        int end = text.length();
        while (end > 0 && isBlank(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
