package org.postern.core.config;

import java.net.InetAddress;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.postern.core.dnsbl.DnsblHit;
import org.postern.core.dnsbl.Subject;
import org.postern.core.mail.Domain;
import org.postern.core.net.Ip;

/**
 * One entry of {@code dnsbl.lists}.
 *
 * @param name {@code name}: in replies, logs, metrics and rules
 * @param zone {@code zone}: where it is asked
 * @param ask {@code ask}: what about; the client alone, or names
 * @param weight {@code weight}: what a hit adds to the score; negative for an allow list
 * @param codes {@code codes}: the answers that count, at least one pattern
 * @param selfTest {@code self-test}: whether it has the test entries of RFC 5782, 5
 */
public record DnsListConfig(
        String name,
        Domain zone,
        Set<Subject> ask,
        int weight,
        List<CodePattern> codes,
        boolean selfTest) {
    public DnsListConfig {
        ask = Set.copyOf(EnumSet.copyOf(ask));
        codes = List.copyOf(codes);
    }

    /** Whether it would have taken the answer of a hit, of whatever list of its zone. */
    public boolean counts(DnsblHit hit) {
        return zone.ascii().equals(hit.zone())
                && ask.contains(hit.subject())
                && counts(Ip.parse(hit.code()));
    }

    /** Whether an answer counts. */
    public boolean counts(InetAddress answer) {
        return codes.stream().anyMatch(p -> p.matches(answer));
    }

    /** Whether it lists names and not addresses. */
    public boolean listsNames() {
        return !ask.contains(Subject.CLIENT);
    }
}
