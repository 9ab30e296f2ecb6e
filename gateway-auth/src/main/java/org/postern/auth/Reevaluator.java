package org.postern.auth;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.postern.auth.client.ClientAddress;
import org.postern.auth.dmarc.DmarcEvaluation;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.RecordedDns;
import org.postern.auth.from.Authors;
import org.postern.auth.header.HeaderReader;
import org.postern.auth.header.HeaderSection;
import org.postern.auth.spf.SpfRequest;
import org.postern.core.authres.Advice;
import org.postern.core.authres.IprevResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.journal.DnsFact;
import org.postern.core.journal.Hop;
import org.postern.core.mail.Domain;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.net.Ip;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;

/**
 * Reaches the verdicts on a message again without the message: from its envelope, what its
 * signatures came to and the DNS answers of that time, under other settings. Signatures and the ARC
 * chain are taken as they were found, since only the message itself could say otherwise.
 * Thread-safe.
 */
public final class Reevaluator {
    private final Evaluators evaluators;
    private final AuthenticatorSettings settings;
    private final DnsClient live;
    private final TimeSource time;

    /**
     * @param settings the settings to evaluate under
     * @param live asked what the record does not answer
     */
    public Reevaluator(AuthenticatorSettings settings, DnsClient live, TimeSource time) {
        this.evaluators = Evaluators.of(settings, live, time);
        this.settings = settings;
        this.live = live;
        this.time = time;
    }

    /**
     * A message as it was recorded.
     *
     * @param client the client's address, as it was or as somebody supposes it to have been
     * @param helo the name it gave
     * @param from the reverse-path as text, empty for the null one
     * @param hops clients that its topmost Received fields name, none where they were not recorded
     * @param verdicts what was found then
     * @param dns the DNS answers of then
     */
    public record Recorded(
            InetAddress client,
            String helo,
            String from,
            List<Hop> hops,
            Verdicts verdicts,
            List<? extends DnsFact> dns) {
        public Recorded {
            hops = List.copyOf(hops);
            dns = List.copyOf(dns);
        }
    }

    /** What a new verdict rests on. */
    public enum Basis {
        /** On the record alone. */
        RECORDED,
        /** On the record, and on the DNS of today where the record has no answer. */
        LIVE,
        /** The record does not have what the settings ask for; the old verdict stands. */
        INSUFFICIENT
    }

    /**
     * What it comes to now.
     *
     * @param client the address that SPF and iprev looked at
     * @param explanation where that comes from, or why it can be no sender's
     */
    public record Result(
            Verdicts verdicts,
            Advice advice,
            InetAddress client,
            String explanation,
            Basis basis) {}

    /** Evaluates again; blocks for DNS no longer than {@code authentication.deadline}. */
    public Result evaluate(Recorded message) {
        Verdicts before = message.verdicts();
        ClientAddress client =
                evaluators.judge().connection(message.client(), null, message.helo());
        if (client instanceof ClientAddress.BehindRelay relay) {
            if (message.hops().isEmpty()) {
                return new Result(
                        before,
                        evaluators.advisor().advise(before.dmarc(), before.arc()),
                        relay.address(),
                        "the Received fields of this message were not recorded",
                        Basis.INSUFFICIENT);
            }
            client = evaluators.judge().behind(relay, received(message.hops()));
        }
        RecordedDns dns = new RecordedDns(message.dns(), live);
        Evaluators mine = Evaluators.of(settings, dns, time);
        DnsBudget budget = DnsBudget.until(Deadline.after(time, mine.config().deadline()));
        SpfResult spf;
        SpfResult helo;
        IprevResult iprev;
        if (client instanceof ClientAddress.Known known) {
            spf =
                    mine.spf()
                            .check(
                                    SpfRequest.mailFrom(
                                            known.address(), known.helo(), message.from()),
                                    budget);
            helo = mine.spf().check(SpfRequest.helo(known.address(), known.helo()), budget);
            iprev = mine.iprev().check(known.address(), budget);
        } else {
            InetAddress address = client.address();
            spf =
                    AddressChecks.implausible(
                            client, SpfRequest.mailFrom(address, message.helo(), message.from()));
            helo = AddressChecks.implausible(client, SpfRequest.helo(address, message.helo()));
            iprev =
                    new IprevResult(
                            org.postern.core.authres.AuthResult.NONE,
                            null,
                            ClientAddress.IMPLAUSIBLE);
        }
        DmarcEvaluation dmarc = dmarc(mine, before, spf, budget);
        Verdicts now = new Verdicts(spf, helo, iprev, dmarc.dkim(), before.arc(), dmarc.result());
        return new Result(
                now,
                mine.advisor().advise(now.dmarc(), now.arc()),
                client.address(),
                client.explanation(),
                dns.live() == 0 ? Basis.RECORDED : Basis.LIVE);
    }

    /** With the authors' domains that were told then; what could not be told stays so. */
    private static DmarcEvaluation dmarc(
            Evaluators mine, Verdicts before, SpfResult spf, DnsBudget budget) {
        List<Domain> authors = new ArrayList<>();
        try {
            for (String author : before.dmarc().authorDomains()) {
                authors.add(Domain.parse(author));
            }
            return authors.isEmpty()
                    ? new DmarcEvaluation(before.dmarc(), before.dkim())
                    : mine.dmarc()
                            .evaluate(
                                    authors.size() == 1
                                            ? new Authors.OneDomain(authors.getFirst(), List.of())
                                            : new Authors.SeveralDomains(authors, List.of()),
                                    spf,
                                    before.dkim(),
                                    budget);
        } catch (InvalidAddressException e) {
            return new DmarcEvaluation(before.dmarc(), before.dkim());
        }
    }

    /** The Received fields again, as far as they matter. */
    private static HeaderSection received(List<Hop> hops) {
        StringBuilder out = new StringBuilder();
        for (Hop hop : hops) {
            out.append("Received: from ")
                    .append(hop.helo().isEmpty() ? "unknown" : hop.helo())
                    .append(" ([")
                    .append(Ip.text(hop.address()))
                    .append("]) by us\r\n");
        }
        byte[] octets = out.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
        HeaderReader reader = new HeaderReader();
        reader.accept(octets, 0, octets.length);
        return reader.finish();
    }
}
