package org.postern.auth.spf;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.DnsName;
import org.postern.auth.dns.MxRecord;
import org.postern.core.net.Ip;

/**
 * The mechanisms that look something up for the client: {@code a}, {@code mx}, {@code ptr}, {@code
 * exists} (RFC 7208, 5.3 to 5.7), and the count of those that found nothing. Used by one check on
 * one thread.
 */
final class SpfLookups {
    /** RFC 7208, 4.6.4: terms whose question finds nothing. */
    static final int MAX_VOID_LOOKUPS = 2;

    /** RFC 7208, 4.6.4: exchangers of one {@code mx}. */
    static final int MAX_MX = 10;

    private static final Comparator<MxRecord> EXCHANGER_ORDER =
            Comparator.comparingInt(MxRecord::preference)
                    .thenComparing(mx -> mx.exchange().octets());

    private final DnsClient dns;
    private final DnsBudget budget;
    private final InetAddress client;
    private final byte[] clientOctets;
    private final ClientNames clientNames;
    private final SpfTrace trace;
    private int voidLookups;

    SpfLookups(
            DnsClient dns,
            DnsBudget budget,
            InetAddress client,
            ClientNames clientNames,
            SpfTrace trace) {
        this.dns = dns;
        this.budget = budget;
        this.client = client;
        this.clientOctets = client.getAddress();
        this.clientNames = clientNames;
        this.trace = trace;
    }

    int voidLookups() {
        return voidLookups;
    }

    /** RFC 7208, 5.3. */
    SpfMatch a(Optional<DnsName> target, int prefix4, int prefix6) {
        if (target.isEmpty()) {
            return unaskable("a");
        }
        DnsName name = target.get();
        DnsAnswer<InetAddress> answer = addresses(name);
        return switch (answer) {
            case DnsAnswer.TempError<InetAddress> error -> stop(addressType() + name, error);
            case DnsAnswer.NoData<InetAddress> nothing -> voidLookup(addressType() + name);
            case DnsAnswer.NxDomain<InetAddress> nothing -> voidLookup(addressType() + name);
            case DnsAnswer.Found<InetAddress> found ->
                    SpfMatch.of(holds(name, found.records(), prefix4, prefix6));
        };
    }

    /** RFC 7208, 5.4. */
    SpfMatch mx(Optional<DnsName> target, int prefix4, int prefix6) {
        if (target.isEmpty()) {
            return unaskable("mx");
        }
        DnsName name = target.get();
        return switch (dns.mx(name, budget)) {
            case DnsAnswer.TempError<MxRecord> error -> stop("MX " + name, error);
            case DnsAnswer.NoData<MxRecord> nothing -> voidLookup("MX " + name);
            case DnsAnswer.NxDomain<MxRecord> nothing -> voidLookup("MX " + name);
            case DnsAnswer.Found<MxRecord> found ->
                    exchangers(name, found.records(), prefix4, prefix6);
        };
    }

    private SpfMatch exchangers(DnsName name, List<MxRecord> records, int prefix4, int prefix6) {
        List<MxRecord> sorted = new ArrayList<>(records);
        sorted.sort(EXCHANGER_ORDER); // the order of an answer is luck
        int asked = 0;
        for (MxRecord mx : sorted) {
            if (++asked > MAX_MX) { // RFC 7208, 4.6.4: only where an eleventh would be asked
                trace.line("MX " + name + ": more than " + MAX_MX + " exchangers");
                return new SpfMatch.Stop(SpfOutcome.permerror(SpfReason.PERMERROR_TOO_MANY_MX));
            }
            if (mx.exchange().isRoot()) {
                trace.line("MX " + name + ": null MX");
                continue; // RFC 7505: there is no host
            }
            DnsAnswer<InetAddress> answer = addresses(mx.exchange());
            if (answer instanceof DnsAnswer.TempError<InetAddress> error) {
                return stop("MX " + name + ", " + addressType() + mx.exchange(), error);
            }
            if (holds(mx.exchange(), answer.records(), prefix4, prefix6)) {
                return SpfMatch.Answer.YES;
            }
        }
        return SpfMatch.Answer.NO;
    }

    /** RFC 7208, 5.5: do not use; but publishers do. */
    SpfMatch ptr(Optional<DnsName> target) {
        if (target.isEmpty()) {
            return unaskable("ptr");
        }
        return switch (clientNames.answer()) {
            case DnsAnswer.TempError<DnsName> error -> {
                // RFC 7208, 5.5: "the mechanism fails to match"
                trace.line("PTR " + Ip.text(client) + ": " + error.detail() + ", no match");
                yield SpfMatch.Answer.NO;
            }
            case DnsAnswer.NoData<DnsName> nothing -> voidLookup("PTR " + Ip.text(client));
            case DnsAnswer.NxDomain<DnsName> nothing -> voidLookup("PTR " + Ip.text(client));
            case DnsAnswer.Found<DnsName> found -> {
                DnsName name = clientNames.within(target.get());
                trace.line(
                        "PTR "
                                + Ip.text(client)
                                + ": "
                                + found.records().size()
                                + " names, "
                                + (name == null ? "none validated" : name + " validated")
                                + " within "
                                + target.get());
                yield SpfMatch.of(name != null);
            }
        };
    }

    /** RFC 7208, 5.7: an A record, whatever the client's family. */
    SpfMatch exists(Optional<DnsName> target) {
        if (target.isEmpty()) {
            return unaskable("exists");
        }
        DnsName name = target.get();
        return switch (dns.a(name, budget)) {
            case DnsAnswer.TempError<InetAddress> error -> stop("A " + name, error);
            case DnsAnswer.NoData<InetAddress> nothing -> voidLookup("A " + name);
            case DnsAnswer.NxDomain<InetAddress> nothing -> voidLookup("A " + name);
            case DnsAnswer.Found<InetAddress> found -> {
                trace.line("A " + name + ": exists");
                yield SpfMatch.Answer.YES;
            }
        };
    }

    private DnsAnswer<InetAddress> addresses(DnsName name) {
        return client instanceof Inet4Address ? dns.a(name, budget) : dns.aaaa(name, budget);
    }

    private String addressType() {
        return client instanceof Inet4Address ? "A " : "AAAA ";
    }

    private boolean holds(DnsName name, List<InetAddress> addresses, int prefix4, int prefix6) {
        int prefix = clientOctets.length == 4 ? prefix4 : prefix6;
        for (InetAddress address : addresses) {
            if (SpfRecord.sameNetwork(address.getAddress(), clientOctets, prefix)) {
                trace.line(
                        addressType()
                                + name
                                + ": "
                                + Ip.text(address)
                                + "/"
                                + prefix
                                + " holds it");
                return true;
            }
        }
        trace.line(addressType() + name + ": none of " + addresses.size() + " addresses holds it");
        return false;
    }

    private SpfMatch voidLookup(String question) {
        voidLookups++;
        trace.line(question + ": nothing there (void look-up " + voidLookups + ")");
        return voidLookups > MAX_VOID_LOOKUPS
                ? new SpfMatch.Stop(SpfOutcome.permerror(SpfReason.PERMERROR_TOO_MANY_VOID_LOOKUPS))
                : SpfMatch.Answer.NO;
    }

    /** RFC 7208, 4.8 leaves it open: a name that cannot be asked does not exist. */
    private SpfMatch unaskable(String mechanism) {
        trace.line(mechanism + ": the name cannot exist, no match");
        return SpfMatch.Answer.NO;
    }

    private SpfMatch stop(String question, DnsAnswer.TempError<?> error) {
        trace.line(question + ": " + error.reason().word() + ", " + error.detail());
        return new SpfMatch.Stop(SpfOutcome.temperror(error.reason()));
    }
}
