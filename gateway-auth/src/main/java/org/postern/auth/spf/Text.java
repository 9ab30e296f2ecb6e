package org.postern.auth.spf;

/** Octets of records and names, as people may see them. */
final class Text {
    private static final int MAX_SHOWN = 1_000;

    private Text() {}

    /** ASCII lower case of one character. */
    static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
    }

    /** ASCII lower case. */
    static String lower(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                StringBuilder out = new StringBuilder(text);
                for (int j = i; j < text.length(); j++) {
                    out.setCharAt(j, lower(text.charAt(j)));
                }
                return out.toString();
            }
        }
        return text;
    }

    /** Printable ASCII alone, anything else as {@code ?}; long texts cut with an ellipsis. */
    static String show(String text) {
        if (text.length() <= MAX_SHOWN && isPrintable(text)) {
            return text;
        }
        int length = Math.min(text.length(), MAX_SHOWN);
        StringBuilder out = new StringBuilder(length + 3);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            out.append(isPrintable(c) ? c : '?');
        }
        return text.length() > MAX_SHOWN ? out.append("...").toString() : out.toString();
    }

    /** Printable ASCII alone, anything else as {@code ?}, uncut. */
    static String printable(String text) {
        if (isPrintable(text)) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            out.append(isPrintable(c) ? c : '?');
        }
        return out.toString();
    }

    private static boolean isPrintable(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isPrintable(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPrintable(char c) {
        return c >= 0x20 && c < 0x7f;
    }
}
