package org.postern.core.greylist;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Cidr;

/**
 * Client network, sender and recipient as 128 bits: 16 of the network, so that what one network has
 * waiting can be counted, and 112 of the whole. Neither can be read back, nor found by who does not
 * have the {@link GreylistKey}.
 *
 * @param high 16 bits of the network and 48 of the whole
 * @param low 64 bits of the whole
 */
public record Triplet(long high, long low) {
    private static final int IPV4_PREFIX = 24;
    private static final int IPV6_PREFIX = 64;

    /** Octets that what waits is counted by: a /48 has 65,536 networks of /64, all of one owner. */
    private static final int CROWD_OCTETS = 6;

    /** A word of at least eight letters and digits with two digits in it: a number in disguise. */
    private static final Pattern COUNTER = Pattern.compile("[a-z0-9]{8,64}");

    private static final Pattern UUID =
            Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private static final Pattern DIGITS = Pattern.compile("[0-9]+");

    /**
     * From two hashes.
     *
     * @param crowd of {@link #crowdOf}
     * @param whole of {@link #text}
     */
    static Triplet of(ByteBuffer crowd, ByteBuffer whole) {
        long bits = crowd.getShort() & 0xffffL;
        return new Triplet(
                (bits << 48) | (whole.getLong() & 0x0000_ffff_ffff_ffffL), whole.getLong());
    }

    /**
     * What it was before there was a {@link GreylistKey}: an unkeyed hash. Of IPv6 the counted
     * network was at first the /64, so that there are two.
     */
    static List<Triplet> former(InetAddress client, ReversePath sender, EmailAddress recipient) {
        byte[] network = networkOf(client);
        byte[] text = text(network, sender, recipient);
        return Stream.of(crowdOf(network), network)
                .map(crowd -> of(ByteBuffer.wrap(sha256(crowd)), ByteBuffer.wrap(sha256(text))))
                .distinct()
                .toList();
    }

    /** What all of it is made of: the network, its length, the folded sender and the recipient. */
    static byte[] text(byte[] network, ReversePath sender, EmailAddress recipient) {
        byte[] names = (sender(sender) + "\0" + recipient.key()).getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(network.length + 1 + names.length)
                .put(network)
                .put((byte) network.length)
                .put(names)
                .array();
    }

    /** The octets of the network that what waits is counted by. */
    static byte[] crowdOf(byte[] network) {
        return Arrays.copyOf(network, Math.min(network.length, CROWD_OCTETS));
    }

    /** The network's bits, 0 to 65,535. */
    int network() {
        return (int) (high >>> 48);
    }

    /** The octets of the network that a client is taken by. */
    static byte[] networkOf(InetAddress client) {
        int prefix = client.getAddress().length == 4 ? IPV4_PREFIX : IPV6_PREFIX;
        return Cidr.of(client, prefix).networkBytes();
    }

    /**
     * The sender, with what changes from message to message folded, so that a list's or a
     * forwarder's mail is one sender: BATV and SRS tags, details after {@code +}, digits, and words
     * that look like a message's number in base 16 or 36.
     */
    static String sender(ReversePath path) {
        if (!(path instanceof ReversePath.Mailbox(EmailAddress address))) {
            return "";
        }
        String local = address.localPart().toLowerCase(Locale.ROOT);
        if (local.matches("prvs=[^=]+=.*")) {
            local = local.substring(local.indexOf('=', 5) + 1);
        } else if (local.matches("srs[01][=+-].*")) {
            // SRS0=hash=day=domain=user: hash and day change
            String[] parts = local.split("=", 4);
            local = parts.length == 4 ? "srs=" + parts[3] : local;
        }
        int plus = local.indexOf('+');
        if (plus > 0) {
            local = local.substring(0, plus);
        }
        String folded =
                COUNTER.matcher(UUID.matcher(local).replaceAll("#"))
                        .replaceAll(word -> counter(word.group()));
        return DIGITS.matcher(folded).replaceAll("#") + "@" + address.host();
    }

    private static String counter(String word) {
        return word.chars().filter(c -> c >= '0' && c <= '9').count() >= 2 ? "#" : word;
    }

    private static byte[] sha256(byte[] text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
