package org.postern.smtp.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.postern.core.net.Ip;

/**
 * Parses the PROXY protocol, versions 1 and 2 (haproxy.org, "The PROXY protocol", revision of
 * 2020-03-05). Pure: call it again with more octets while it is incomplete.
 */
public final class ProxyParser {
    private static final byte[] V2_SIGNATURE = {
        '\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'
    };
    private static final byte[] V1_PREFIX = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final int V1_MAX = 107; // 2.1: the longest line with its CRLF
    private static final int V2_FIXED = 16;

    /** No balancer sends more than a few hundred octets of TLVs; certificates stay out. */
    private static final int V2_MAX = 4_096;

    private static final int TCP4 = 0x11;
    private static final int TCP6 = 0x21;
    private static final int TLV_CRC32C = 0x03;

    private ProxyParser() {}

    /** How far parsing got. */
    public sealed interface Result {}

    /**
     * The header is decided.
     *
     * @param header what it says
     * @param octets how many octets it took, 0 when it is invalid
     */
    public record Complete(ProxyHeader header, int octets) implements Result {}

    /** More octets are needed. */
    public enum Incomplete implements Result {
        /** The only one. */
        INSTANCE
    }

    /** Parses the header at the start of what has been read. */
    public static Result parse(byte[] b, int offset, int length) {
        if (length == 0) {
            return Incomplete.INSTANCE;
        }
        if (isPrefix(V2_SIGNATURE, b, offset, length)) {
            return length < V2_FIXED ? Incomplete.INSTANCE : version2(b, offset, length);
        }
        if (isPrefix(V1_PREFIX, b, offset, length)) {
            return version1(b, offset, length);
        }
        return invalid("connection does not begin with one");
    }

    private static boolean isPrefix(byte[] wanted, byte[] b, int offset, int length) {
        int n = Math.min(wanted.length, length);
        return Arrays.equals(wanted, 0, n, b, offset, offset + n);
    }

    private static Result invalid(String reason) {
        return new Complete(new ProxyHeader.Invalid(reason), 0);
    }

    /** No client has the address of nobody or of many; limits and lists would count it as one. */
    private static Result complete(ProxyHeader header, int octets) {
        return header instanceof ProxyHeader.Proxied proxied
                        && !Ip.isUnicast(proxied.source().getAddress())
                ? invalid("its source is an address that no client can have")
                : new Complete(header, octets);
    }

    private static Result version1(byte[] b, int offset, int length) {
        int max = Math.min(length, V1_MAX);
        for (int i = 0; i < max; i++) {
            if (b[offset + i] == '\n') {
                if (b[offset + i - 1] != '\r') {
                    return invalid("version 1 line does not end with CR LF");
                }
                String line = new String(b, offset, i - 1, StandardCharsets.US_ASCII);
                return complete(line(line), i + 1);
            }
        }
        return length >= V1_MAX ? invalid("version 1 line is too long") : Incomplete.INSTANCE;
    }

    private static ProxyHeader line(String line) {
        String[] words = line.split(" ", -1);
        if (words.length >= 2 && words[1].equals("UNKNOWN")) {
            return ProxyHeader.Local.INSTANCE; // 2.1: anything behind UNKNOWN is ignored
        }
        if (words.length != 6 || !(words[1].equals("TCP4") || words[1].equals("TCP6"))) {
            return new ProxyHeader.Invalid(
                    "version 1 line has not the form PROXY TCP4|TCP6 s d p q");
        }
        int octets = words[1].equals("TCP4") ? 4 : 16;
        try {
            InetSocketAddress source =
                    new InetSocketAddress(address(words[2], octets), port(words[4]));
            InetSocketAddress destination =
                    new InetSocketAddress(address(words[3], octets), port(words[5]));
            return new ProxyHeader.Proxied(source, destination);
        } catch (IllegalArgumentException e) {
            return new ProxyHeader.Invalid("version 1 line holds a bad address or port");
        }
    }

    private static InetAddress address(String text, int octets) {
        boolean v6 = octets == 16;
        boolean shape =
                v6
                        ? text.chars()
                                        .allMatch(c ->
                                                Character.digit(c, 16) >= 0 || c == ':' || c == '.')
                                && text.indexOf(':') >= 0
                        : isDottedQuad(text);
        if (!shape) {
            throw new IllegalArgumentException("not an address of that family");
        }
        // an IPv4-mapped address is an IPv4 client and is treated as one everywhere
        return Ip.parseWire(text);
    }

    private static boolean isDottedQuad(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return false;
        }
        for (String part : parts) {
            if (part.isEmpty()
                    || part.length() > 3
                    || !part.chars().allMatch(c -> c >= '0' && c <= '9')
                    || (part.length() > 1 && part.charAt(0) == '0')) {
                return false;
            }
        }
        return true;
    }

    private static int port(String text) {
        if (text.isEmpty()
                || text.length() > 5
                || !text.chars().allMatch(c -> c >= '0' && c <= '9')
                || (text.length() > 1 && text.charAt(0) == '0')) {
            throw new IllegalArgumentException("not a port");
        }
        return Integer.parseInt(text);
    }

    private static Result version2(byte[] b, int offset, int length) {
        int versionAndCommand = b[offset + 12] & 0xff;
        int family = b[offset + 13] & 0xff;
        int rest = (b[offset + 14] & 0xff) << 8 | (b[offset + 15] & 0xff);
        if (versionAndCommand >> 4 != 2) {
            return invalid("version is not 2");
        }
        int command = versionAndCommand & 0xf;
        if (command > 1) {
            return invalid("version 2 command is neither LOCAL nor PROXY");
        }
        int total = V2_FIXED + rest;
        if (total > V2_MAX) {
            return invalid("version 2 header is longer than " + V2_MAX + " octets");
        }
        if (length < total) {
            return Incomplete.INSTANCE;
        }
        int addresses = family == TCP4 ? 12 : family == TCP6 ? 36 : 0;
        if (command == 1 && rest < addresses) {
            return invalid("version 2 header is too short for its addresses");
        }
        if (addresses > 0 && rest >= addresses) {
            String bad = checkTlvs(b, offset, total, offset + V2_FIXED + addresses);
            if (!bad.isEmpty()) {
                return invalid(bad);
            }
        }
        if (command == 0 || addresses == 0) {
            // 2.2: LOCAL, or a family that has no IP address: the socket's own addresses hold
            return new Complete(ProxyHeader.Local.INSTANCE, total);
        }
        int size = family == TCP4 ? 4 : 16;
        int at = offset + V2_FIXED;
        try {
            InetAddress source = InetAddress.getByAddress(Arrays.copyOfRange(b, at, at + size));
            InetAddress destination =
                    InetAddress.getByAddress(Arrays.copyOfRange(b, at + size, at + 2 * size));
            int ports = at + 2 * size;
            return complete(
                    new ProxyHeader.Proxied(
                            new InetSocketAddress(source, port(b, ports)),
                            new InetSocketAddress(destination, port(b, ports + 2))),
                    total);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of 4 or 16 octets", e);
        }
    }

    private static int port(byte[] b, int at) {
        return (b[at] & 0xff) << 8 | (b[at + 1] & 0xff);
    }

    /** Walks the TLVs and verifies the checksum where there is one (2.2.3). Empty when good. */
    private static String checkTlvs(byte[] b, int offset, int total, int from) {
        int end = offset + total;
        int at = from;
        while (at < end) {
            if (at + 3 > end) {
                return "version 2 TLV is cut off";
            }
            int type = b[at] & 0xff;
            int size = (b[at + 1] & 0xff) << 8 | (b[at + 2] & 0xff);
            int value = at + 3;
            if (value + size > end) {
                return "version 2 TLV is longer than the header";
            }
            if (type == TLV_CRC32C && (size != 4 || !checksumHolds(b, offset, total, value))) {
                return "version 2 checksum does not hold";
            }
            at = value + size;
        }
        return "";
    }

    private static boolean checksumHolds(byte[] b, int offset, int total, int value) {
        byte[] copy = Arrays.copyOfRange(b, offset, offset + total);
        int at = value - offset;
        Arrays.fill(copy, at, at + 4, (byte) 0);
        CRC32C crc = new CRC32C();
        crc.update(copy);
        long given =
                (b[value] & 0xffL) << 24
                        | (b[value + 1] & 0xffL) << 16
                        | (b[value + 2] & 0xffL) << 8
                        | (b[value + 3] & 0xffL);
        return crc.getValue() == given;
    }
}
