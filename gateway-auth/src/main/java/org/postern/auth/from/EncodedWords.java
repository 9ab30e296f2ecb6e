package org.postern.auth.from;

import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;

/**
 * Decodes encoded words (RFC 2047) wherever they stand, as careless readers do: inside quoted
 * strings, in the middle of a word, with a broken encoding. What is no encoded word stays.
 */
final class EncodedWords {
    /** Encoded words that are decoded; what follows stays as it is. No honest name needs more. */
    private static final int MAX_WORDS = 64;

    private EncodedWords() {}

    /** Whether the text holds something that looks like an encoded word. */
    static boolean in(String text) {
        int start = text.indexOf("=?");
        return start >= 0 && text.indexOf("?=", start + 2) >= 0;
    }

    /** The text with encoded words decoded. Linear: nothing decoded is looked at again. */
    static String decode(String text) {
        int start = text.indexOf("=?");
        if (start < 0) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        int done = 0;
        boolean afterWord = false;
        for (int words = 0; start >= 0 && words < MAX_WORDS; words++) {
            int charsetEnd = text.indexOf('?', start + 2);
            int encodingEnd = charsetEnd < 0 ? -1 : text.indexOf('?', charsetEnd + 1);
            int end = encodingEnd < 0 ? -1 : text.indexOf("?=", encodingEnd + 1);
            if (end < 0) {
                break;
            }
            // RFC 2047, 6.2: white space between two encoded words is not shown
            if (!afterWord || !isWhite(text, done, start)) {
                out.append(text, done, start);
            }
            String encoding = text.substring(charsetEnd + 1, encodingEnd);
            if (encoding.equalsIgnoreCase("B") || encoding.equalsIgnoreCase("Q")) {
                byte[] octets =
                        encoding.equalsIgnoreCase("B")
                                ? base64(text, encodingEnd + 1, end)
                                : quotedPrintable(text, encodingEnd + 1, end);
                out.append(new String(octets, charset(text.substring(start + 2, charsetEnd))));
                done = end + 2;
                afterWord = true;
            } else {
                out.append("=?");
                done = start + 2;
                afterWord = false;
            }
            start = text.indexOf("=?", done);
        }
        return out.append(text, done, text.length()).toString();
    }

    private static boolean isWhite(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (" \t\r\n".indexOf(text.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }

    private static byte[] base64(String text, int from, int to) {
        StringBuilder clean = new StringBuilder(to - from);
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if ((c >= 'A' && c <= 'Z')
                    || (c >= 'a' && c <= 'z')
                    || (c >= '0' && c <= '9')
                    || c == '+'
                    || c == '/') {
                clean.append(c);
            }
        }
        if (clean.length() % 4 == 1) {
            clean.setLength(clean.length() - 1); // six bits make no octet
        }
        return Base64.getDecoder().decode(clean.toString());
    }

    private static byte[] quotedPrintable(String text, int from, int to) {
        byte[] out = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            boolean pair = c == '=' && i + 2 < to;
            int high = pair ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = pair ? Character.digit(text.charAt(i + 2), 16) : -1;
            if (high >= 0 && low >= 0) {
                out[length++] = (byte) (high << 4 | low);
                i += 2;
            } else {
                out[length++] = (byte) (c == '_' ? ' ' : c);
            }
        }
        return Arrays.copyOf(out, length);
    }

    private static Charset charset(String name) {
        int star = name.indexOf('*'); // RFC 2231, 5: a language may follow
        String plain = (star < 0 ? name : name.substring(0, star)).toLowerCase(Locale.ROOT);
        if (plain.isEmpty() || plain.length() > 40) {
            return StandardCharsets.ISO_8859_1;
        }
        try {
            return Charset.forName(plain);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            return StandardCharsets.ISO_8859_1;
        }
    }
}
