package org.postern.auth.spf;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.DnsName;

/**
 * The client's names from PTR, validated by asking for their addresses (RFC 7208, 5.5): the first
 * ten, the rest is ignored (4.6.4). Each is asked for only when it could matter, and once. Used by
 * one check on one thread.
 */
final class ClientNames {
    private static final int MAX_NAMES = 10;

    private final DnsClient dns;
    private final DnsBudget budget;
    private final InetAddress client;
    private final Map<DnsName, Boolean> validated = new HashMap<>();
    private @Nullable DnsAnswer<DnsName> answer;
    private DnsAnswer.@Nullable Reason limit;

    ClientNames(DnsClient dns, DnsBudget budget, InetAddress client) {
        this.dns = dns;
        this.budget = budget;
        this.client = client;
    }

    /** The client. */
    InetAddress client() {
        return client;
    }

    /** Which limit of ours kept a question here from being answered, or null. */
    DnsAnswer.@Nullable Reason limit() {
        return limit;
    }

    private void note(DnsAnswer<?> from) {
        if (from instanceof DnsAnswer.TempError<?> error && error.reason().isOurs()) {
            limit = error.reason();
        }
    }

    /** What the PTR question brought. */
    DnsAnswer<DnsName> answer() {
        DnsAnswer<DnsName> known = answer;
        if (known == null) {
            known = dns.ptr(client, budget);
            answer = known;
            note(known);
        }
        return known;
    }

    /** The first validated name that lies within the domain, or null. */
    @Nullable DnsName within(DnsName domain) {
        return first(name -> name.isWithin(domain));
    }

    /**
     * The value of macro {@code p} (RFC 7208, 7.3): the domain itself if validated, else a name
     * within it, else any, else "unknown".
     */
    String best(@Nullable DnsName domain) {
        DnsName name = domain == null ? null : first(domain::equals);
        if (name == null && domain != null) {
            name = within(domain);
        }
        if (name == null) {
            name = first(any -> true);
        }
        return name == null ? "unknown" : name.octets();
    }

    private @Nullable DnsName first(Predicate<DnsName> wanted) {
        List<DnsName> names = answer().records();
        for (DnsName name : names.subList(0, Math.min(MAX_NAMES, names.size()))) {
            if (!name.isRoot()
                    && wanted.test(name)
                    && validated.computeIfAbsent(name, this::validate)) {
                return name;
            }
        }
        return null;
    }

    private boolean validate(DnsName name) {
        // RFC 7208, 5.5: a DNS error here means that the name is skipped
        DnsAnswer<InetAddress> addresses =
                client instanceof Inet4Address ? dns.a(name, budget) : dns.aaaa(name, budget);
        note(addresses);
        return addresses.records().contains(client);
    }
}
