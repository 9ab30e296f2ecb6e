package org.postern.auth.header;

import java.nio.charset.StandardCharsets;

/**
 * One field of a {@link HeaderSection}: a range of the received content, nothing decoded.
 *
 * @param section where it stands
 * @param index its place from the top, 0 the first
 */
public record HeaderField(HeaderSection section, int index) {

    /**
     * The name, its ASCII letters in lower case, without white space before the colon; empty where
     * the line has no colon. Octets above 127 are kept one to one as ISO 8859-1.
     */
    public String name() {
        int end = section.nameEnd(index);
        return end < 0 ? "" : lower(section.text(section.start(index), end));
    }

    /** ASCII only: other octets may be half a character of UTF-8. */
    private static String lower(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) >= 'A' && name.charAt(i) <= 'Z') {
                StringBuilder out = new StringBuilder(name);
                for (int k = i; k < name.length(); k++) {
                    char c = name.charAt(k);
                    out.setCharAt(k, c >= 'A' && c <= 'Z' ? (char) (c + 32) : c);
                }
                return out.toString();
            }
        }
        return name;
    }

    /** Whether it has this name; the case of ASCII letters is ignored. */
    public boolean isNamed(String name) {
        return section.isNamed(index, name);
    }

    /**
     * Whether it has a colon and a name of printable ASCII without spaces (RFC 5322, 2.2). White
     * space between name and colon is let pass (4.5.8).
     */
    public boolean wellFormed() {
        int end = section.nameEnd(index);
        int start = section.start(index);
        boolean good = end > start;
        byte[] bytes = section.bytes();
        for (int i = start; i < end && good; i++) {
            good = bytes[i] > ' ' && bytes[i] < 0x7f;
        }
        return good;
    }

    /** All after the colon, folding included, the last line end not; octets as ISO 8859-1. */
    public String rawValue() {
        return section.text(section.valueStart(index), section.valueEnd(index));
    }

    /** The value with its line ends taken out (RFC 5322, 2.2.3); octets as ISO 8859-1. */
    public String value() {
        String raw = rawValue();
        return raw.indexOf('\n') < 0 ? raw : raw.replace("\r\n", "").replace("\n", "");
    }

    /** Like {@link #value()}, decoded as UTF-8 (RFC 6532); bad sequences become U+FFFD. */
    public String utf8Value() {
        return new String(value().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** The whole field as it stands, name, colon, folding and last line end; as ISO 8859-1. */
    public String raw() {
        return section.text(section.start(index), section.end(index));
    }

    /** Where it begins in the received content. */
    public long offset() {
        return section.start(index);
    }

    /** Its length in octets, line end included. */
    public int length() {
        return section.end(index) - section.start(index);
    }
}
