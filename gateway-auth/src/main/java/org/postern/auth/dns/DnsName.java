package org.postern.auth.dns;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.postern.core.mail.Domain;

/**
 * An absolute name in the DNS (RFC 1035, 3.1): labels of 1 to 63 octets, 255 octets on the wire at
 * most. Any octet may stand in a label but the dot, so that what an SPF macro makes of a local part
 * can be asked as it is. There is no relative name and no search list: a question always means the
 * name as it stands.
 *
 * <p>ASCII letters are held in lower case (RFC 4343), each octet as one character below 256.
 * Immutable.
 */
public final class DnsName {
    /** The longest name in text, without its trailing dot. */
    public static final int MAX_OCTETS = 253;

    /** The longest label. */
    public static final int MAX_LABEL_OCTETS = 63;

    /** The root, written {@code .}: as the exchange of a null MX (RFC 7505). */
    public static final DnsName ROOT = new DnsName("");

    private final String text;

    private DnsName(String text) {
        this.text = text;
    }

    /**
     * Reads a name; one trailing dot may stand or not. Characters beyond ASCII become the octets of
     * their UTF-8 form.
     *
     * @return empty if the text is no name: empty, an empty label, a label or the whole too long
     */
    public static Optional<DnsName> parse(String text) {
        String octets = text;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0x7f) {
                octets =
                        new String(
                                text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
                break;
            }
        }
        return ofOctets(octets);
    }

    /**
     * Reads a name of which each character stands for one octet.
     *
     * @return empty if the text is no name
     */
    public static Optional<DnsName> ofOctets(String octets) {
        if (octets.equals(".")) {
            return Optional.of(ROOT);
        }
        int end = octets.endsWith(".") ? octets.length() - 1 : octets.length();
        if (end == 0 || end > MAX_OCTETS) {
            return Optional.empty();
        }
        boolean upper = false;
        int labelStart = 0;
        for (int i = 0; i <= end; i++) {
            char c = i < end ? octets.charAt(i) : '.';
            if (c == '.') {
                if (i == labelStart || i - labelStart > MAX_LABEL_OCTETS) {
                    return Optional.empty();
                }
                labelStart = i + 1;
            } else if (c > 0xff) {
                return Optional.empty();
            }
            upper |= c >= 'A' && c <= 'Z';
        }
        String name = octets.substring(0, end);
        return Optional.of(new DnsName(upper ? lower(name) : name));
    }

    /**
     * A name known to be good, for constants and tests.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static DnsName of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("no DNS name: " + text));
    }

    /** The name of a domain. */
    public static DnsName of(Domain domain) {
        return new DnsName(domain.ascii());
    }

    /** The name that holds an address' PTR records (RFC 1035, 3.5; RFC 3596, 2.5). */
    public static DnsName reverse(InetAddress address) {
        byte[] octets = address.getAddress();
        StringBuilder out = new StringBuilder(73);
        for (int i = octets.length - 1; i >= 0; i--) {
            int octet = octets[i] & 0xff;
            if (octets.length == 4) {
                out.append(octet).append('.');
            } else {
                out.append(Character.forDigit(octet & 0xf, 16)).append('.');
                out.append(Character.forDigit(octet >> 4, 16)).append('.');
            }
        }
        return new DnsName(out.append(octets.length == 4 ? "in-addr.arpa" : "ip6.arpa").toString());
    }

    /**
     * This name with labels put before it, {@code prefix.this}.
     *
     * @return empty if the outcome would be no name
     */
    public Optional<DnsName> prefixed(String prefix) {
        return parse(isRoot() ? prefix : prefix + "." + text);
    }

    /** The name without its first label; the root has itself as parent. */
    public DnsName parent() {
        int dot = text.indexOf('.');
        return dot < 0 ? ROOT : new DnsName(text.substring(dot + 1));
    }

    /** How many labels the name has; the root has none. */
    public int labels() {
        if (isRoot()) {
            return 0;
        }
        int count = 1;
        for (int i = text.indexOf('.'); i >= 0; i = text.indexOf('.', i + 1)) {
            count++;
        }
        return count;
    }

    /** Whether this is the root. */
    public boolean isRoot() {
        return text.isEmpty();
    }

    /** Whether this is {@code ancestor} itself or lies beneath it. */
    public boolean isWithin(DnsName ancestor) {
        return ancestor.isRoot()
                || text.equals(ancestor.text)
                || (text.endsWith(ancestor.text)
                        && text.charAt(text.length() - ancestor.text.length() - 1) == '.');
    }

    /**
     * The octets, one a character, in lower case, without trailing dot; empty for the root. Not fit
     * for a log: see {@link #toString()}.
     */
    public String octets() {
        return text;
    }

    private static String lower(String name) {
        StringBuilder out = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            out.append(c >= 'A' && c <= 'Z' ? (char) (c + 32) : c);
        }
        return out.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DnsName n && n.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** The name for people and logs: octets that are not plain text as {@code \DDD}. */
    @Override
    public String toString() {
        if (isRoot()) {
            return ".";
        }
        for (int i = 0; i < text.length(); i++) {
            if (!isPlain(text.charAt(i))) {
                return escaped();
            }
        }
        return text;
    }

    private static boolean isPlain(char c) {
        return c > 0x20 && c < 0x7f && c != '"' && c != '\\' && c != ';';
    }

    private String escaped() {
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isPlain(c)) {
                out.append(c);
            } else {
                out.append(String.format(Locale.ROOT, "\\%03d", (int) c));
            }
        }
        return out.toString();
    }
}
