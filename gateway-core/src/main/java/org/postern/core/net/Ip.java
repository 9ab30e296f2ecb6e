package org.postern.core.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** Addresses as text, without ever asking a resolver. */
public final class Ip {
    private static final InetAddress BROADCAST = InetAddress.ofLiteral("255.255.255.255");

    private static final Pattern OCTET =
            Pattern.compile("0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]");

    private Ip() {}

    /**
     * Parses an address as a person writes it. Of IPv4 four decimal octets without leading zeros
     * are one, of IPv6 the text of RFC 4291, 2.2, without a zone: {@code 127.1}, {@code 2130706433}
     * and {@code 010.0.0.1}, which the JDK takes too, are read differently elsewhere.
     *
     * @throws IllegalArgumentException if the text is none
     */
    public static InetAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0 || text.indexOf('.', colon) >= 0) {
            requireQuad(text.substring(colon + 1));
        }
        if (text.indexOf('%') >= 0) {
            throw new IllegalArgumentException(
                    "an IP address is written without a zone, found " + text);
        }
        return InetAddress.ofLiteral(text);
    }

    /**
     * Parses an address that this machine is to talk to: the same, but a link-local one may name
     * its zone (RFC 4007, 11).
     *
     * @throws IllegalArgumentException if the text is none
     */
    public static InetAddress parseScoped(String text) {
        return text.indexOf('%') < 0 ? parse(text) : parseWire(text);
    }

    /**
     * Parses an address as other programs send it, with what the grammar of SMTP allows: octets may
     * have leading zeros and are decimal all the same (RFC 5321, 4.1.3).
     *
     * @throws IllegalArgumentException if the text is none
     */
    public static InetAddress parseWire(String text) {
        if (text.indexOf(':') < 0 && text.chars().filter(c -> c == '.').count() != 3) {
            throw new IllegalArgumentException("not an IP address: " + text);
        }
        return InetAddress.ofLiteral(text);
    }

    private static void requireQuad(String text) {
        String[] octets = text.split("\\.", -1);
        boolean quad = octets.length == 4;
        for (String octet : octets) {
            quad &= OCTET.matcher(octet).matches();
        }
        if (!quad) {
            throw new IllegalArgumentException(
                    "not an IP address: IPv4 is four decimal octets without leading zeros, found "
                            + text);
        }
    }

    /** Whether one host can have this address: not unspecified, no multicast, no broadcast. */
    public static boolean isUnicast(InetAddress address) {
        return !address.isAnyLocalAddress()
                && !address.isMulticastAddress()
                && !BROADCAST.equals(address);
    }

    /** The text of 4 or 16 octets. */
    public static String text(byte[] octets) {
        try {
            return text(InetAddress.getByAddress(octets));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("an address has 4 or 16 octets", e);
        }
    }

    /** The text of an address: dotted quad, or IPv6 in the form of RFC 5952. */
    public static String text(InetAddress address) {
        byte[] b = address.getAddress();
        if (b.length == 4) {
            return (b[0] & 0xff) + "." + (b[1] & 0xff) + "." + (b[2] & 0xff) + "." + (b[3] & 0xff);
        }
        return ipv6(b);
    }

    /** Address and port as a person writes them, IPv6 in brackets: for logs. */
    public static String hostPort(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        if (host == null) {
            return address.getHostString() + ":" + address.getPort();
        }
        String text = text(host);
        return (text.indexOf(':') >= 0 ? "[" + text + "]" : text) + ":" + address.getPort();
    }

    private static String ipv6(byte[] b) {
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (b[2 * i] & 0xff) << 8 | (b[2 * i + 1] & 0xff);
        }
        int bestStart = -1;
        int bestLength = 1; // RFC 5952, 4.2.2: a single zero group is not shortened
        for (int i = 0; i < 8; i++) {
            int j = i;
            while (j < 8 && groups[j] == 0) {
                j++;
            }
            if (j - i > bestLength) {
                bestStart = i;
                bestLength = j - i;
            }
            i = Math.max(i, j - 1);
        }
        StringBuilder out = new StringBuilder(39);
        for (int i = 0; i < 8; i++) {
            if (i == bestStart) {
                out.append("::");
                i += bestLength - 1;
                continue;
            }
            if (!out.isEmpty() && out.charAt(out.length() - 1) != ':') {
                out.append(':');
            }
            out.append(Integer.toHexString(groups[i]));
        }
        return out.toString();
    }
}
