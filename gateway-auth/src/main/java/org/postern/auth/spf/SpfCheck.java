package org.postern.auth.spf;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.DnsName;
import org.postern.auth.dns.MxRecord;
import org.postern.auth.spf.SpfRecord.Directive;
import org.postern.auth.spf.SpfRecord.Mechanism;
import org.postern.core.authres.AuthResult;
import org.postern.core.net.Ip;
import org.postern.core.time.TimeSource;

/** One check under way: counts, trace, and the recursion of {@code check_host()}. One thread. */
final class SpfCheck {
    /** RFC 7208, 4.6.4: terms that ask the DNS. */
    static final int MAX_LOOKUPS = 10;

    /** RFC 7208, 4.6.4: terms whose question finds nothing. */
    static final int MAX_VOID_LOOKUPS = 2;

    /** RFC 7208, 4.6.4: exchangers of one {@code mx}. */
    static final int MAX_MX = 10;

    private static final Comparator<MxRecord> EXCHANGER_ORDER =
            Comparator.comparingInt(MxRecord::preference)
                    .thenComparing(mx -> mx.exchange().octets());

    private final SpfRecords records;
    private final DnsClient dns;
    private final DnsBudget budget;
    private final SpfRequest request;
    private final String receiver;
    private final TimeSource time;
    private final InetAddress client;
    private final byte[] clientOctets;
    private final ClientNames clientNames;
    private final SpfTrace trace = new SpfTrace();
    private int lookups;
    private int voidLookups;

    SpfCheck(
            SpfRecords records,
            DnsClient dns,
            DnsBudget budget,
            SpfRequest request,
            String receiver,
            TimeSource time) {
        this.records = records;
        this.dns = dns;
        this.budget = budget;
        this.request = request;
        this.receiver = receiver;
        this.time = time;
        this.client = unmapped(request.client());
        this.clientOctets = client.getAddress();
        this.clientNames = new ClientNames(dns, budget, client);
    }

    /**
     * What {@code check_host()} returns.
     *
     * @param mechanism the directive that decided, "default", or null
     * @param exp the explanation's domain-spec, if the record that decided has one
     * @param domain the domain whose record decided, for the macros of the explanation
     */
    record Outcome(
            AuthResult result,
            String reason,
            @Nullable String mechanism,
            @Nullable MacroString exp,
            String domain) {
        static Outcome of(AuthResult result, String reason) {
            return new Outcome(result, reason, null, null, "");
        }
    }

    /** Whether a mechanism matches, or ends the check. */
    private sealed interface Match {
        enum Answer implements Match {
            YES,
            NO
        }

        record Stop(Outcome outcome) implements Match {}

        static Match of(boolean yes) {
            return yes ? Answer.YES : Answer.NO;
        }
    }

    Outcome run() {
        trace.line(
                request.identity().word()
                        + " "
                        + request.localPart()
                        + "@"
                        + request.domain()
                        + ", client "
                        + Ip.text(client)
                        + ", helo "
                        + request.helo());
        Outcome outcome = checkHost(request.domain());
        trace.line("result " + outcome.result().word() + " (" + outcome.reason() + ")");
        return outcome;
    }

    List<String> trace() {
        return trace.lines();
    }

    int lookups() {
        return Math.min(lookups, MAX_LOOKUPS);
    }

    int voidLookups() {
        return voidLookups;
    }

    /** RFC 7208, 4: {@code check_host(ip, domain, sender)}. */
    private Outcome checkHost(String domain) {
        DnsName name = SpfDomain.checkable(domain).orElse(null);
        if (name == null) {
            trace.line("'" + domain + "' is no domain that could publish SPF");
            return Outcome.of(AuthResult.NONE, SpfReason.NONE_INVALID_DOMAIN);
        }
        return switch (dns.txt(name, budget)) {
            case DnsAnswer.TempError<byte[]> error -> temperror("TXT " + name, error);
            case DnsAnswer.NxDomain<byte[]> nothing -> {
                trace.line("TXT " + name + ": the domain does not exist");
                yield Outcome.of(AuthResult.NONE, SpfReason.NONE_NO_SUCH_DOMAIN);
            }
            case DnsAnswer.NoData<byte[]> nothing -> noRecord(name);
            case DnsAnswer.Found<byte[]> found -> select(name, domain, found);
        };
    }

    private Outcome noRecord(DnsName name) {
        trace.line("TXT " + name + ": no SPF record");
        return Outcome.of(AuthResult.NONE, SpfReason.NONE_NO_RECORD);
    }

    /** RFC 7208, 4.5: exactly one record may begin with the version. */
    private Outcome select(DnsName name, String domain, DnsAnswer.Found<byte[]> found) {
        byte[] record = null;
        for (byte[] txt : found.records()) {
            if (!SpfParser.isSpf(txt)) {
                continue;
            }
            if (record != null) {
                trace.line("TXT " + name + ": more than one SPF record");
                return permerror(SpfReason.PERMERROR_MULTIPLE_RECORDS);
            }
            record = txt;
        }
        if (record == null) {
            return noRecord(name);
        }
        String label = "TXT " + name + (found.stale() ? " (stale): " : ": ");
        return switch (records.read(record)) {
            case SpfRecords.Reading.Good(String text, SpfRecord read) -> {
                trace.line(label + text);
                yield evaluate(read, domain, name);
            }
            case SpfRecords.Reading.Broken(String text, String error) -> {
                trace.line(label + text);
                trace.line("syntax error: " + error);
                yield permerror(SpfReason.PERMERROR_SYNTAX);
            }
        };
    }

    private Outcome evaluate(SpfRecord record, String domain, DnsName name) {
        int silent = 0;
        for (Directive directive : record.directives()) {
            switch (match(directive.mechanism(), domain, name)) {
                case Match.Answer.NO -> {
                    if (directive.mechanism() instanceof Mechanism.Network) {
                        silent++;
                    }
                }
                case Match.Answer.YES -> {
                    noteNetworks(silent);
                    trace.line(directive.source() + " matches: " + directive.result().word());
                    return new Outcome(
                            directive.result(),
                            SpfReason.matched(directive.result(), directive.mechanism().name()),
                            directive.source(),
                            record.exp(),
                            domain);
                }
                case Match.Stop(Outcome outcome) -> {
                    return outcome;
                }
            }
        }
        noteNetworks(silent);
        MacroString redirect = record.redirect();
        if (redirect != null) {
            return redirect(redirect, domain);
        }
        return new Outcome(
                AuthResult.NEUTRAL, SpfReason.NEUTRAL_DEFAULT, "default", null, domain); // 4.7
    }

    private void noteNetworks(int count) {
        if (count > 0) {
            trace.line(count + " ip4 or ip6 terms do not hold " + Ip.text(client));
        }
    }

    /** RFC 7208, 6.1. */
    private Outcome redirect(MacroString spec, String domain) {
        if (++lookups > MAX_LOOKUPS) {
            return tooManyLookups("redirect=" + spec);
        }
        String target = expand(spec, domain);
        trace.line("redirect to " + target);
        Outcome outcome = checkHost(target);
        return outcome.result() == AuthResult.NONE
                ? permerror(SpfReason.PERMERROR_REDIRECT_NONE)
                : outcome;
    }

    private Match match(Mechanism mechanism, String domain, DnsName name) {
        return switch (mechanism) {
            case Mechanism.All all -> Match.Answer.YES;
            case Mechanism.Network network -> Match.of(network.holds(clientOctets));
            case Mechanism.Include(MacroString spec) ->
                    counted("include:" + spec, () -> include(spec, domain));
            case Mechanism.A(MacroString spec, int prefix4, int prefix6) ->
                    counted(show("a", spec), () -> a(target(spec, domain, name), prefix4, prefix6));
            case Mechanism.Mx(MacroString spec, int prefix4, int prefix6) ->
                    counted(
                            show("mx", spec),
                            () -> mx(target(spec, domain, name), prefix4, prefix6));
            case Mechanism.Ptr(MacroString spec) ->
                    counted(show("ptr", spec), () -> ptr(target(spec, domain, name)));
            case Mechanism.Exists(MacroString spec) ->
                    counted(show("exists", spec), () -> exists(target(spec, domain, name)));
        };
    }

    private static String show(String mechanism, @Nullable MacroString spec) {
        return spec == null ? mechanism : mechanism + ":" + spec;
    }

    /** A mechanism that asks the DNS. */
    private interface Question {
        Match ask();
    }

    private Match counted(String term, Question question) {
        if (++lookups > MAX_LOOKUPS) { // RFC 7208, 4.6.4
            return new Match.Stop(tooManyLookups(term));
        }
        return question.ask();
    }

    private Outcome tooManyLookups(String term) {
        trace.line(term + " would be look-up " + lookups + " of at most " + MAX_LOOKUPS);
        return permerror(SpfReason.PERMERROR_TOO_MANY_LOOKUPS);
    }

    /** RFC 7208, 5.2: what each result of the included record means here. */
    private Match include(MacroString spec, String domain) {
        String target = expand(spec, domain);
        trace.line("include:" + spec + " is " + target);
        trace.enter();
        Outcome outcome = checkHost(target);
        trace.leave();
        return switch (outcome.result()) {
            case PASS -> Match.Answer.YES;
            case FAIL, SOFTFAIL, NEUTRAL, POLICY -> Match.Answer.NO;
            case NONE -> new Match.Stop(permerror(SpfReason.PERMERROR_INCLUDE_NONE));
            case TEMPERROR, PERMERROR -> new Match.Stop(outcome);
        };
    }

    /** RFC 7208, 5.3. */
    private Match a(Optional<DnsName> target, int prefix4, int prefix6) {
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
                    Match.of(holds(name, found.records(), prefix4, prefix6));
        };
    }

    /** RFC 7208, 5.4. */
    private Match mx(Optional<DnsName> target, int prefix4, int prefix6) {
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

    private Match exchangers(DnsName name, List<MxRecord> records, int prefix4, int prefix6) {
        List<MxRecord> sorted = new ArrayList<>(records);
        sorted.sort(EXCHANGER_ORDER); // the order of an answer is luck
        int asked = 0;
        for (MxRecord mx : sorted) {
            if (++asked > MAX_MX) { // RFC 7208, 4.6.4: only where an eleventh would be asked
                trace.line("MX " + name + ": more than " + MAX_MX + " exchangers");
                return new Match.Stop(permerror(SpfReason.PERMERROR_TOO_MANY_MX));
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
                return Match.Answer.YES;
            }
        }
        return Match.Answer.NO;
    }

    /** RFC 7208, 5.5: do not use; but publishers do. */
    private Match ptr(Optional<DnsName> target) {
        if (target.isEmpty()) {
            return unaskable("ptr");
        }
        return switch (clientNames.answer()) {
            case DnsAnswer.TempError<DnsName> error -> {
                // RFC 7208, 5.5: "the mechanism fails to match"
                trace.line("PTR " + Ip.text(client) + ": " + error.detail() + ", no match");
                yield Match.Answer.NO;
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
                yield Match.of(name != null);
            }
        };
    }

    /** RFC 7208, 5.7: an A record, whatever the client's family. */
    private Match exists(Optional<DnsName> target) {
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
                yield Match.Answer.YES;
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

    private Match voidLookup(String question) {
        voidLookups++;
        trace.line(question + ": nothing there (void look-up " + voidLookups + ")");
        return voidLookups > MAX_VOID_LOOKUPS
                ? new Match.Stop(permerror(SpfReason.PERMERROR_TOO_MANY_VOID_LOOKUPS))
                : Match.Answer.NO;
    }

    /** RFC 7208, 4.8 leaves it open: a name that cannot be asked does not exist. */
    private Match unaskable(String mechanism) {
        trace.line(mechanism + ": the name cannot exist, no match");
        return Match.Answer.NO;
    }

    private Match stop(String question, DnsAnswer.TempError<?> error) {
        return new Match.Stop(temperror(question, error));
    }

    private Outcome temperror(String question, DnsAnswer.TempError<?> error) {
        trace.line(question + ": " + error.reason().word() + ", " + error.detail());
        return Outcome.of(AuthResult.TEMPERROR, SpfReason.temperror(error.reason()));
    }

    private static Outcome permerror(String reason) {
        return Outcome.of(AuthResult.PERMERROR, reason);
    }

    /** RFC 7208, 4.8: the target-name, the domain itself where the term names none. */
    private Optional<DnsName> target(@Nullable MacroString spec, String domain, DnsName name) {
        return spec == null ? Optional.of(name) : DnsName.parse(expand(spec, domain));
    }

    private String expand(MacroString spec, String domain) {
        return MacroExpander.name(spec, letter -> value(letter, domain));
    }

    /** RFC 7208, 7.2. */
    private String value(char letter, String domain) {
        return switch (letter) {
            case 's' -> request.localPart() + "@" + request.domain();
            case 'l' -> request.localPart();
            case 'o' -> request.domain();
            case 'd' -> domain;
            case 'i' -> SpfDomain.dotted(clientOctets);
            case 'p' -> clientNames.best(DnsName.parse(domain).orElse(null));
            case 'v' -> clientOctets.length == 4 ? "in-addr" : "ip6";
            case 'h' -> request.helo();
            case 'c' -> Ip.text(client);
            case 'r' -> receiver;
            case 't' -> Long.toString(time.instant().getEpochSecond());
            default -> throw new IllegalArgumentException("no macro " + letter);
        };
    }

    /**
     * RFC 7208, 6.2: only for fail; whatever goes wrong, there is no explanation and the result
     * stays. Its look-up counts against no limit but the message's.
     */
    @Nullable String explanation(Outcome outcome) {
        MacroString exp = outcome.exp();
        if (outcome.result() != AuthResult.FAIL || exp == null) {
            return null;
        }
        Optional<DnsName> name = DnsName.parse(expand(exp, outcome.domain()));
        if (name.isEmpty()) {
            return null;
        }
        List<byte[]> records = dns.txt(name.get(), budget).records();
        if (records.size() != 1) {
            trace.line("exp: TXT " + name.get() + ": " + records.size() + " records, not one");
            return null;
        }
        String text = new String(records.getFirst(), StandardCharsets.ISO_8859_1);
        trace.line("exp: TXT " + name.get() + ": " + text);
        try {
            return MacroExpander.explanation(
                            MacroString.explainString(text),
                            letter -> value(letter, outcome.domain()))
                    .orElse(null);
        } catch (SpfSyntaxException e) {
            trace.line("exp: TXT " + name.get() + ": " + e.getMessage());
            return null;
        }
    }

    /** RFC 7208, 5: an IPv4-mapped address is an IPv4 address. */
    private static InetAddress unmapped(InetAddress address) {
        try {
            return InetAddress.getByAddress(address.getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("an address has 4 or 16 octets", e);
        }
    }
}
