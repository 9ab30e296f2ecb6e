package org.postern.auth.spf;

import org.postern.auth.dns.DnsName;
import org.postern.core.net.Ip;
import org.postern.core.time.TimeSource;

/** The values of the macro letters in one check (RFC 7208, 7.2). */
final class SpfMacros {
    private final SpfRequest request;
    private final ClientNames clientNames;
    private final String receiver;
    private final TimeSource time;
    private final byte[] clientOctets;

    SpfMacros(SpfRequest request, ClientNames clientNames, String receiver, TimeSource time) {
        this.request = request;
        this.clientNames = clientNames;
        this.receiver = receiver;
        this.time = time;
        this.clientOctets = clientNames.client().getAddress();
    }

    /** The name that a domain-spec in the record of this domain means. */
    String expand(MacroString spec, String domain) {
        return MacroExpander.name(spec, letter -> value(letter, domain));
    }

    /** The value of a letter in the record of this domain. */
    String value(char letter, String domain) {
        return switch (letter) {
            case 's' -> request.localPart() + "@" + request.domain();
            case 'l' -> request.localPart();
            case 'o' -> request.domain();
            case 'd' -> domain;
            case 'i' -> SpfDomain.dotted(clientOctets);
            case 'p' -> clientNames.best(DnsName.parse(domain).orElse(null));
            case 'v' -> clientOctets.length == 4 ? "in-addr" : "ip6";
            case 'h' -> request.helo();
            case 'c' -> Ip.text(clientNames.client());
            case 'r' -> receiver;
            case 't' -> Long.toString(time.instant().getEpochSecond());
            default -> throw new IllegalArgumentException("no macro " + letter);
        };
    }
}
