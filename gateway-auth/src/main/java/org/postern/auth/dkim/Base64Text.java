package org.postern.auth.dkim;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Base64 as tags hold it: white space anywhere, padding or not (RFC 6376, 2.10). */
final class Base64Text {
    private Base64Text() {}

    /** The octets, or null if the text is no base64. */
    static byte @Nullable [] decode(String text) {
        String compact = TagList.withoutWhite(text);
        int end = compact.length();
        if (end == 0 || !paddingIsWhole(compact)) {
            return null;
        }
        try {
            return Base64.getDecoder().decode(compact.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IllegalArgumentException e) {
            return null; // it has a character of another alphabet, or a lone one at its end
        }
    }

    /** Java's decoder takes missing padding, and so do we; half a padding is an error for both. */
    private static boolean paddingIsWhole(String compact) {
        int first = compact.indexOf('=');
        return first < 0 || (compact.length() % 4 == 0 && compact.length() - first <= 2);
    }

    static String encode(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }
}
