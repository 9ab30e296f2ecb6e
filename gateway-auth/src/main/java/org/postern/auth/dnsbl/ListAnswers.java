package org.postern.auth.dnsbl;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.postern.auth.dns.DnsName;
import org.postern.core.mail.Domain;
import org.postern.core.net.Cidr;
import org.postern.core.net.Ip;

/** The forms of questions and answers of RFC 5782. */
final class ListAnswers {
    private static final Cidr LISTS = Cidr.parse("127.0.0.0/8"); // RFC 5782, 2.1
    private static final Cidr TROUBLE = Cidr.parse("127.255.255.0/24");
    private static final InetAddress LOCALHOST = Ip.parse("127.0.0.1");
    private static final int MAX_TEXT = 300;

    private ListAnswers() {}

    /** Where an address is asked about: its octets or nibbles reversed (RFC 5782, 2.1 and 2.4). */
    static Optional<DnsName> question(InetAddress address, Domain zone) {
        String reverse = DnsName.reverse(address).octets();
        int arpa = reverse.lastIndexOf('.', reverse.length() - ".arpa".length() - 1);
        return DnsName.of(zone).prefixed(reverse.substring(0, arpa));
    }

    /**
     * Whether a name can stand in a list of names: no single label, and no address. Of addresses
     * such lists say by a code of their own that they do not take them, which is no listing.
     */
    static boolean isName(Domain name) {
        String last = name.ascii().substring(name.ascii().lastIndexOf('.') + 1);
        return last.length() < name.ascii().length()
                && !last.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** Where a name is asked about (RFC 5782, 3); empty if the whole would be too long. */
    static Optional<DnsName> question(Domain name, Domain zone) {
        return DnsName.of(zone).prefixed(name.ascii());
    }

    /**
     * What of an answer means that a list cannot be believed.
     *
     * @param reason why
     * @param address the one of its addresses that says so
     */
    record Trouble(ListState.Reason reason, InetAddress address) {}

    /**
     * Why such an answer means that the list cannot be believed; empty if it can.
     *
     * @param meant whether the configuration names exactly this answer of the zone
     */
    static Optional<Trouble> trouble(List<InetAddress> answer, Predicate<InetAddress> meant) {
        return answer.stream()
                .flatMap(address ->
                        reason(address, meant).stream().map(why -> new Trouble(why, address)))
                .findFirst();
    }

    private static Optional<ListState.Reason> reason(
            InetAddress address, Predicate<InetAddress> meant) {
        if (!LISTS.contains(address)) {
            return Optional.of(ListState.Reason.FOREIGN_ANSWER);
        }
        if (address.equals(LOCALHOST) && !meant.test(address)) {
            // some lists say by it that we are shut out, some few by a code of theirs "good"
            return Optional.of(ListState.Reason.REFUSED);
        }
        return TROUBLE.contains(address)
                ? Optional.of(
                        switch (address.getAddress()[3] & 0xff) {
                            case 252 -> ListState.Reason.WRONG_ZONE;
                            case 254 -> ListState.Reason.OPEN_RESOLVER;
                            case 255 -> ListState.Reason.OVER_QUOTA;
                            default -> ListState.Reason.REFUSED;
                        })
                : Optional.empty();
    }

    /** A TXT record as one line of printable ASCII of bounded length. */
    static String text(byte[] record) {
        int length = Math.min(record.length, MAX_TEXT);
        String text = new String(record, 0, length, StandardCharsets.US_ASCII);
        return text.replaceAll("[^ -~]", "?").strip();
    }
}
