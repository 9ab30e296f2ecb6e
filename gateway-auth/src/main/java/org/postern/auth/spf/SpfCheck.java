package org.postern.auth.spf;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.DnsName;
import org.postern.auth.spf.SpfRecord.Directive;
import org.postern.auth.spf.SpfRecord.Mechanism;
import org.postern.core.authres.AuthResult;
import org.postern.core.net.Ip;
import org.postern.core.time.TimeSource;

/** One check under way: counts, trace, and the recursion of {@code check_host()}. One thread. */
final class SpfCheck {
    /** RFC 7208, 4.6.4: terms that ask the DNS. */
    static final int MAX_LOOKUPS = 10;

    private final SpfRecords records;
    private final DnsClient dns;
    private final DnsBudget budget;
    private final SpfRequest request;
    private final InetAddress client;
    private final byte[] clientOctets;
    private final ClientNames clientNames;
    private final SpfMacros macros;
    private final SpfLookups lookUp;
    private final SpfTrace trace = new SpfTrace();
    private int lookups;

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
        this.client = unmapped(request.client());
        this.clientOctets = client.getAddress();
        this.clientNames = new ClientNames(dns, budget, client);
        this.macros = new SpfMacros(request, clientNames, receiver, time);
        this.lookUp = new SpfLookups(dns, budget, client, clientNames, trace);
    }

    SpfOutcome run() {
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
        SpfOutcome outcome = withinOurLimits(checkHost(request.domain()));
        trace.line("result " + outcome.result().word() + " (" + outcome.reason() + ")");
        return outcome;
    }

    /**
     * RFC 7208, 5.5 passes over errors in looking for the client's names. Where the error is that
     * we had no time or no question left, what follows from it is no finding.
     */
    private SpfOutcome withinOurLimits(SpfOutcome outcome) {
        DnsAnswer.Reason limit = clientNames.limit();
        return limit == null || outcome.result() == AuthResult.PASS
                ? outcome
                : SpfOutcome.temperror(limit);
    }

    List<String> trace() {
        return trace.lines();
    }

    int lookups() {
        return Math.min(lookups, MAX_LOOKUPS);
    }

    int voidLookups() {
        return lookUp.voidLookups();
    }

    /** RFC 7208, 4: {@code check_host(ip, domain, sender)}. */
    private SpfOutcome checkHost(String domain) {
        DnsName name = SpfDomain.checkable(domain).orElse(null);
        if (name == null) {
            trace.line("'" + domain + "' is no domain that could publish SPF");
            return SpfOutcome.of(AuthResult.NONE, SpfReason.NONE_INVALID_DOMAIN);
        }
        return switch (dns.txt(name, budget)) {
            case DnsAnswer.TempError<byte[]> error -> {
                trace.line("TXT " + name + ": " + error.reason().word() + ", " + error.detail());
                yield SpfOutcome.temperror(error.reason());
            }
            case DnsAnswer.NxDomain<byte[]> nothing -> {
                trace.line("TXT " + name + ": the domain does not exist");
                yield SpfOutcome.of(AuthResult.NONE, SpfReason.NONE_NO_SUCH_DOMAIN);
            }
            case DnsAnswer.NoData<byte[]> nothing -> noRecord(name);
            case DnsAnswer.Found<byte[]> found -> select(name, domain, found);
        };
    }

    private SpfOutcome noRecord(DnsName name) {
        trace.line("TXT " + name + ": no SPF record");
        return SpfOutcome.of(AuthResult.NONE, SpfReason.NONE_NO_RECORD);
    }

    /** RFC 7208, 4.5: exactly one record may begin with the version. */
    private SpfOutcome select(DnsName name, String domain, DnsAnswer.Found<byte[]> found) {
        byte[] record = null;
        for (byte[] txt : found.records()) {
            if (!SpfParser.isSpf(txt)) {
                continue;
            }
            if (record != null) {
                trace.line("TXT " + name + ": more than one SPF record");
                return SpfOutcome.permerror(SpfReason.PERMERROR_MULTIPLE_RECORDS);
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
                yield SpfOutcome.permerror(SpfReason.PERMERROR_SYNTAX);
            }
        };
    }

    private SpfOutcome evaluate(SpfRecord record, String domain, DnsName name) {
        int silent = 0;
        for (Directive directive : record.directives()) {
            switch (match(directive.mechanism(), domain, name)) {
                case SpfMatch.Answer.NO -> {
                    if (directive.mechanism() instanceof Mechanism.Network) {
                        silent++;
                    }
                }
                case SpfMatch.Answer.YES -> {
                    noteNetworks(silent);
                    trace.line(directive.source() + " matches: " + directive.result().word());
                    return new SpfOutcome(
                            directive.result(),
                            SpfReason.matched(directive.result(), directive.mechanism().name()),
                            directive.source(),
                            record.exp(),
                            domain);
                }
                case SpfMatch.Stop(SpfOutcome outcome) -> {
                    return outcome;
                }
            }
        }
        noteNetworks(silent);
        MacroString redirect = record.redirect();
        if (redirect != null) {
            return redirect(redirect, domain);
        }
        return new SpfOutcome(
                AuthResult.NEUTRAL, SpfReason.NEUTRAL_DEFAULT, "default", null, domain); // 4.7
    }

    private void noteNetworks(int count) {
        if (count > 0) {
            trace.line(count + " ip4 or ip6 terms do not hold " + Ip.text(client));
        }
    }

    /** RFC 7208, 6.1. */
    private SpfOutcome redirect(MacroString spec, String domain) {
        if (++lookups > MAX_LOOKUPS) {
            return tooManyLookups("redirect=" + spec);
        }
        String target = macros.expand(spec, domain);
        trace.line("redirect to " + target);
        SpfOutcome outcome = checkHost(target);
        return outcome.result() == AuthResult.NONE
                ? SpfOutcome.permerror(SpfReason.PERMERROR_REDIRECT_NONE)
                : outcome;
    }

    private SpfMatch match(Mechanism mechanism, String domain, DnsName name) {
        return switch (mechanism) {
            case Mechanism.All all -> SpfMatch.Answer.YES;
            case Mechanism.Network network -> SpfMatch.of(network.holds(clientOctets));
            case Mechanism.Include(MacroString spec) ->
                    counted("include:" + spec, () -> include(spec, domain));
            case Mechanism.A(MacroString spec, int prefix4, int prefix6) ->
                    counted(
                            show("a", spec),
                            () -> lookUp.a(target(spec, domain, name), prefix4, prefix6));
            case Mechanism.Mx(MacroString spec, int prefix4, int prefix6) ->
                    counted(
                            show("mx", spec),
                            () -> lookUp.mx(target(spec, domain, name), prefix4, prefix6));
            case Mechanism.Ptr(MacroString spec) ->
                    counted(show("ptr", spec), () -> lookUp.ptr(target(spec, domain, name)));
            case Mechanism.Exists(MacroString spec) ->
                    counted(show("exists", spec), () -> lookUp.exists(target(spec, domain, name)));
        };
    }

    private static String show(String mechanism, @Nullable MacroString spec) {
        return spec == null ? mechanism : mechanism + ":" + spec;
    }

    /** A mechanism that asks the DNS. */
    private interface Question {
        SpfMatch ask();
    }

    private SpfMatch counted(String term, Question question) {
        if (++lookups > MAX_LOOKUPS) { // RFC 7208, 4.6.4
            return new SpfMatch.Stop(tooManyLookups(term));
        }
        return question.ask();
    }

    private SpfOutcome tooManyLookups(String term) {
        trace.line(term + " would be look-up " + lookups + " of at most " + MAX_LOOKUPS);
        return SpfOutcome.permerror(SpfReason.PERMERROR_TOO_MANY_LOOKUPS);
    }

    /** RFC 7208, 5.2: what each result of the included record means here. */
    private SpfMatch include(MacroString spec, String domain) {
        String target = macros.expand(spec, domain);
        trace.line("include:" + spec + " is " + target);
        trace.enter();
        SpfOutcome outcome = checkHost(target);
        trace.leave();
        return switch (outcome.result()) {
            case PASS -> SpfMatch.Answer.YES;
            case FAIL, SOFTFAIL, NEUTRAL, POLICY -> SpfMatch.Answer.NO;
            case NONE -> new SpfMatch.Stop(SpfOutcome.permerror(SpfReason.PERMERROR_INCLUDE_NONE));
            case TEMPERROR, PERMERROR -> new SpfMatch.Stop(outcome);
        };
    }

    /** RFC 7208, 4.8: the target-name, the domain itself where the term names none. */
    private Optional<DnsName> target(@Nullable MacroString spec, String domain, DnsName name) {
        return spec == null ? Optional.of(name) : DnsName.parse(macros.expand(spec, domain));
    }

    /**
     * RFC 7208, 6.2: only for fail; whatever goes wrong, there is no explanation and the result
     * stays. Its look-up counts against no limit but the message's.
     */
    @Nullable String explanation(SpfOutcome outcome) {
        MacroString exp = outcome.exp();
        if (outcome.result() != AuthResult.FAIL || exp == null) {
            return null;
        }
        Optional<DnsName> name = DnsName.parse(macros.expand(exp, outcome.domain()));
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
                            letter -> macros.value(letter, outcome.domain()))
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
