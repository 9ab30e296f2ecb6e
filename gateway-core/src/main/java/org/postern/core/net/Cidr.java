package org.postern.core.net;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * A network: an address and a prefix length (RFC 4632, RFC 4291). The host bits are zero. IPv4 and
 * IPv6 never match each other; an IPv4-mapped IPv6 address is held as IPv4. Immutable.
 */
public final class Cidr {
    private static final Pattern SHORT = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){0,3}");
    private static final Pattern LEADING_ZEROS = Pattern.compile("(?<![0-9])0+(?=[0-9])");

    private final byte[] network;
    private final int prefix;

    private Cidr(byte[] network, int prefix) {
        this.network = network;
        this.prefix = prefix;
    }

    /**
     * Parses {@code 192.0.2.0/24}, {@code 2001:db8::/32} or a single address.
     *
     * @throws IllegalArgumentException if the text is no network, or has host bits set
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        byte[] address;
        try {
            address = octets(text, slash < 0 ? text.length() : slash);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "not an IP address or network such as 192.0.2.0/24 or 2001:db8::/32"
                            + meant(text, slash),
                    e);
        }
        int bits = address.length * 8;
        int prefix = bits;
        if (slash >= 0) {
            String digits = text.substring(slash + 1);
            if (digits.isEmpty()
                    || digits.length() > 3
                    || !digits.chars().allMatch(c -> c >= '0' && c <= '9')
                    || Integer.parseInt(digits) > bits) {
                throw new IllegalArgumentException(
                        "prefix length must be a number from 0 to " + bits);
            }
            prefix = Integer.parseInt(digits);
        }
        byte[] masked = mask(address, prefix);
        if (!Arrays.equals(masked, address)) {
            throw new IllegalArgumentException(
                    "address has bits set beyond its prefix; did you mean "
                            + new Cidr(masked, prefix)
                            + "?");
        }
        return new Cidr(masked, prefix);
    }

    /** Other programs take the beginning of an address for its network, or count octal. */
    private static String meant(String text, int slash) {
        String address = slash < 0 ? text : text.substring(0, slash);
        if (address.indexOf('%') >= 0) {
            return "; an address is written without a zone (%…)";
        }
        String plain = LEADING_ZEROS.matcher(address).replaceAll("");
        if (!SHORT.matcher(plain).matches()) {
            return "";
        }
        int octets = (int) plain.chars().filter(c -> c == '.').count() + 1;
        String whole = plain + ".0".repeat(4 - octets);
        try {
            Ip.parse(whole);
        } catch (IllegalArgumentException e) {
            return ""; // an octet beyond 255
        }
        String prefix = slash >= 0 ? text.substring(slash) : octets == 4 ? "" : "/" + 8 * octets;
        return "; did you mean " + whole + prefix + "?";
    }

    /** The octets of an address; a plain dotted quad, of which lists hold a million, goes fast. */
    private static byte[] octets(String text, int end) {
        byte[] quad = new byte[4];
        int octet = 0;
        int value = -1;
        for (int i = 0; i <= end; i++) {
            char c = i < end ? text.charAt(i) : '.';
            if (c == '.' && value >= 0 && octet < 4) {
                quad[octet++] = (byte) value;
                value = -1;
            } else if (c >= '0' && c <= '9' && value != 0 && value * 10 + c - '0' <= 255) {
                value = Math.max(value, 0) * 10 + c - '0';
            } else {
                return Ip.parse(text.substring(0, end)).getAddress();
            }
        }
        return octet == 4 ? quad : Ip.parse(text.substring(0, end)).getAddress();
    }

    /** The network of this prefix length that the address lies in. */
    public static Cidr of(InetAddress address, int prefix) {
        byte[] bytes = address.getAddress();
        if (prefix < 0 || prefix > bytes.length * 8) {
            throw new IllegalArgumentException("prefix length " + prefix);
        }
        return new Cidr(mask(bytes, prefix), prefix);
    }

    /**
     * The network of a prefix length that this one lies in.
     *
     * @param shorter no longer than its own
     */
    public Cidr within(int shorter) {
        if (shorter < 0 || shorter > prefix) {
            throw new IllegalArgumentException("prefix length " + shorter);
        }
        return new Cidr(mask(network, shorter), shorter);
    }

    private static byte[] mask(byte[] address, int prefix) {
        byte[] out = new byte[address.length];
        int whole = prefix / 8;
        System.arraycopy(address, 0, out, 0, whole);
        if (prefix % 8 != 0) {
            out[whole] = (byte) (address[whole] & 0xff << (8 - prefix % 8));
        }
        return out;
    }

    /** Whether the address lies in this network. */
    public boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != network.length) {
            return false;
        }
        int whole = prefix / 8;
        if (!Arrays.equals(bytes, 0, whole, network, 0, whole)) {
            return false;
        }
        int rest = prefix % 8;
        return rest == 0 || ((bytes[whole] ^ network[whole]) & 0xff << (8 - rest) & 0xff) == 0;
    }

    /** Whether every address of another network lies in this one. */
    public boolean covers(Cidr other) {
        return other.network.length == network.length
                && other.prefix >= prefix
                && Arrays.equals(mask(other.network, prefix), network);
    }

    /** The network's first address, 4 or 16 octets. */
    public byte[] networkBytes() {
        return network.clone();
    }

    /** Whether it is a network of IPv4. */
    public boolean isIpv4() {
        return network.length == 4;
    }

    /** The prefix length in bits. */
    public int prefix() {
        return prefix;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Cidr c && c.prefix == prefix && Arrays.equals(c.network, network);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(network) + prefix;
    }

    @Override
    public String toString() {
        return Ip.text(network) + "/" + prefix;
    }
}
