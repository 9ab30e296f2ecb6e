package org.postern.auth.spf;

import org.jspecify.annotations.Nullable;

/**
 * IP addresses in records, by the letter of the grammar: no leading zeros, no short forms, no
 * zones, none of what resolvers' address parsers are lenient about (RFC 7208, 12; RFC 4291, 2.2).
 */
final class IpText {
    private IpText() {}

    /** Four octets, or null if the text is no dotted quad. */
    static byte @Nullable [] ip4(String text) {
        byte[] out = new byte[4];
        return readIp4(text, 0, out, 0) ? out : null;
    }

    /** Sixteen octets, or null if the text is no IPv6 address. */
    static byte @Nullable [] ip6(String text) {
        byte[] out = new byte[16];
        int at = 0; // octets written
        int gap = -1; // where :: stands
        int i = 0;
        if (text.startsWith("::")) {
            gap = 0;
            i = 2;
        }
        while (i < text.length()) {
            int end = i;
            while (end < text.length() && text.charAt(end) != ':') {
                end++;
            }
            if (text.indexOf('.', i) >= 0 && end == text.length()) {
                if (at > 12 || !readIp4(text, i, out, at)) {
                    return null;
                }
                at += 4;
                i = end;
                break;
            }
            int group = hex(text, i, end);
            if (group < 0 || at > 14) {
                return null;
            }
            out[at++] = (byte) (group >> 8);
            out[at++] = (byte) group;
            i = end;
            if (i == text.length()) {
                break;
            }
            i++; // the colon
            if (i == text.length()) {
                return null; // a single colon at the end
            }
            if (text.charAt(i) == ':') {
                if (gap >= 0) {
                    return null;
                }
                gap = at;
                i++;
            }
        }
        return expand(out, at, gap);
    }

    private static byte @Nullable [] expand(byte[] octets, int length, int gap) {
        if (gap < 0) {
            return length == 16 ? octets : null;
        }
        if (length > 14) {
            return null; // :: stands for one group at least
        }
        byte[] out = new byte[16];
        System.arraycopy(octets, 0, out, 0, gap);
        System.arraycopy(octets, gap, out, 16 - (length - gap), length - gap);
        return out;
    }

    private static int hex(String text, int start, int end) {
        if (start == end || end - start > 4) {
            return -1;
        }
        int value = 0;
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                return -1;
            }
            value = value << 4 | digit;
        }
        return value;
    }

    /** Reads a dotted quad from {@code start} to the end of the text. */
    private static boolean readIp4(String text, int start, byte[] out, int at) {
        int i = start;
        for (int part = 0; part < 4; part++) {
            int digits = 0;
            int value = 0;
            while (i < text.length()
                    && text.charAt(i) >= '0'
                    && text.charAt(i) <= '9'
                    && digits < 4) {
                if (digits == 1 && value == 0) {
                    return false; // qnum has no leading zeros
                }
                value = value * 10 + (text.charAt(i) - '0');
                digits++;
                i++;
            }
            if (digits == 0 || value > 255) {
                return false;
            }
            out[at + part] = (byte) value;
            if (part < 3) {
                if (i == text.length() || text.charAt(i) != '.') {
                    return false;
                }
                i++;
            }
        }
        return i == text.length();
    }
}
