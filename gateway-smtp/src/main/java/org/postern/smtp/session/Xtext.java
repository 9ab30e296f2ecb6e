package org.postern.smtp.session;

import org.jspecify.annotations.Nullable;

/** xtext: printable ASCII with {@code +HH} for everything else (RFC 3461, 4). */
final class Xtext {
    private Xtext() {}

    /** The decoded text, each octet one character; null if the text is no xtext. */
    static @Nullable String decode(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '+') {
                if (i + 2 >= text.length()) {
                    return null;
                }
                int high = hex(text.charAt(i + 1));
                int low = hex(text.charAt(i + 2));
                if (high < 0 || low < 0) {
                    return null;
                }
                out.append((char) (high << 4 | low));
                i += 2;
            } else if (c < '!' || c > '~' || c == '=') {
                return null;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static int hex(char c) {
        // RFC 3461, 4: upper case only; lower case is common and harmless
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }
}
