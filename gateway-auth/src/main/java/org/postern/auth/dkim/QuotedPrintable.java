package org.postern.auth.dkim;

import org.jspecify.annotations.Nullable;

/** The quoted-printable of DKIM (RFC 6376, 2.11): {@code =XX} for an octet, white space is none. */
final class QuotedPrintable {
    private QuotedPrintable() {}

    /** The octets, one a character, or null if an {@code =} is not followed by two digits. */
    static @Nullable String decode(String text) {
        String compact = TagList.withoutWhite(text);
        if (compact.indexOf('=') < 0) {
            return compact;
        }
        StringBuilder out = new StringBuilder(compact.length());
        for (int i = 0; i < compact.length(); i++) {
            char c = compact.charAt(i);
            if (c == '=') {
                if (i + 2 >= compact.length()) {
                    return null;
                }
                int high = Character.digit(compact.charAt(i + 1), 16);
                int low = Character.digit(compact.charAt(i + 2), 16);
                if (high < 0 || low < 0) {
                    return null;
                }
                out.append((char) (high << 4 | low));
                i += 2;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
