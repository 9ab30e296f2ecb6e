package org.postern.auth.spf;

import java.util.Optional;
import org.postern.auth.dns.DnsName;

/** Domains and addresses in the forms that SPF needs. */
final class SpfDomain {
    private SpfDomain() {}

    /**
     * The name to ask for a domain's record, unless the domain is malformed or has one label only
     * (RFC 7208, 4.3). An address literal and a bare address are no domains.
     */
    static Optional<DnsName> checkable(String domain) {
        for (int i = 0; i < domain.length(); i++) {
            char c = domain.charAt(i);
            if (c <= 0x20 || c >= 0x7f || c == '[' || c == ']') {
                return Optional.empty();
            }
        }
        return DnsName.parse(domain).filter(name -> name.labels() > 1 && !endsInDigits(name));
    }

    private static boolean endsInDigits(DnsName name) {
        String text = name.octets();
        for (int i = text.lastIndexOf('.') + 1; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true; // RFC 3696, 2: there is no top-level domain of digits alone
    }

    /**
     * An address as macro {@code i} has it (RFC 7208, 7.3): a dotted quad, or 32 nibbles with dots
     * between.
     */
    static String dotted(byte[] octets) {
        StringBuilder out = new StringBuilder(64);
        for (byte b : octets) {
            if (!out.isEmpty()) {
                out.append('.');
            }
            if (octets.length == 4) {
                out.append(b & 0xff);
            } else {
                out.append(nibble((b & 0xff) >> 4)).append('.').append(nibble(b & 0xf));
            }
        }
        return out.toString();
    }

    private static char nibble(int value) {
        return "0123456789ABCDEF".charAt(value);
    }
}
