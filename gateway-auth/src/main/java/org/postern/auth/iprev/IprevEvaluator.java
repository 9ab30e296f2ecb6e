package org.postern.auth.iprev;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.DnsName;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.IprevResult;

/**
 * Asks whether the client's address has a name that leads back to it (RFC 8601, 3). Never throws;
 * blocks for as long as the budget's deadline allows; asks at most eleven questions. Thread-safe.
 *
 * <p>Reasons: {@code iprev.pass}; {@code iprev.fail.no-match}: there are names, none leads back;
 * {@code iprev.permerror.no-name}: there is no PTR record (RFC 8601, 2.7.3); {@code
 * iprev.temperror.R}: the DNS gave no answer for reason {@code R}, a word of {@link
 * DnsAnswer.Reason}.
 */
public final class IprevEvaluator {
    /** A name leads back. */
    public static final String PASS = "iprev.pass";

    /** There are names, and none of those looked at leads back. */
    public static final String FAIL_NO_MATCH = "iprev.fail.no-match";

    /** The address has no PTR record. */
    public static final String PERMERROR_NO_NAME = "iprev.permerror.no-name";

    /** Names looked at; RFC 8601, 3 asks for a limit, and takes RFC 7208's for an example. */
    private static final int MAX_NAMES = 10;

    private final DnsClient dns;

    /** An evaluator that asks this client. */
    public IprevEvaluator(DnsClient dns) {
        this.dns = dns;
    }

    /** Checks one address. */
    public IprevResult check(InetAddress client, DnsBudget budget) {
        return switch (dns.ptr(client, budget)) {
            case DnsAnswer.Found<DnsName> found -> confirm(client, found.records(), budget);
            case DnsAnswer.NoData<DnsName> nothing -> noName();
            case DnsAnswer.NxDomain<DnsName> nothing -> noName();
            case DnsAnswer.TempError<DnsName> error -> temperror(null, error);
        };
    }

    private IprevResult confirm(InetAddress client, List<DnsName> names, DnsBudget budget) {
        DnsAnswer.TempError<InetAddress> trouble = null;
        for (DnsName name : names.subList(0, Math.min(MAX_NAMES, names.size()))) {
            if (name.isRoot()) {
                continue;
            }
            DnsAnswer<InetAddress> addresses =
                    client instanceof Inet4Address ? dns.a(name, budget) : dns.aaaa(name, budget);
            if (addresses.records().contains(client)) {
                return new IprevResult(AuthResult.PASS, name.toString(), PASS);
            }
            if (addresses instanceof DnsAnswer.TempError<InetAddress> error) {
                trouble = error;
            }
        }
        String first = names.getFirst().toString();
        // a name that could not be looked up might have led back: that is no failure
        return trouble == null
                ? new IprevResult(AuthResult.FAIL, first, FAIL_NO_MATCH)
                : temperror(first, trouble);
    }

    private static IprevResult noName() {
        return new IprevResult(AuthResult.PERMERROR, null, PERMERROR_NO_NAME);
    }

    private static IprevResult temperror(@Nullable String name, DnsAnswer.TempError<?> error) {
        return new IprevResult(
                AuthResult.TEMPERROR, name, "iprev.temperror." + error.reason().word());
    }
}
