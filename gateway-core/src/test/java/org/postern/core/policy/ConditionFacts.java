package org.postern.core.policy;

import java.util.List;
import org.postern.core.authres.Advice;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.IprevResult;
import org.postern.core.authres.Known;
import org.postern.core.authres.SpfResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.dnsbl.DnsblHit;
import org.postern.core.dnsbl.DnsblVerdict;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.scan.ScanResult;
import org.postern.core.scan.ScanResult.Outcome;
import org.postern.core.scan.ScanResult.Scanner;

/** Verdicts and facts as the conditions of a policy see them. */
final class ConditionFacts {
    static final Facts BARE = Facts.of(Ip.parse("192.0.2.1"));

    static final Facts MAIL =
            BARE.withHelo("mx.sender.example")
                    .withReversePath(ReversePath.of(EmailAddress.of("s@sender.example")));

    private ConditionFacts() {}

    static Facts checked(Verdicts verdicts) {
        return MAIL.withAuthentication(
                verdicts, new Advice(Advice.Action.ACCEPT, "advice.x", "Explained"));
    }

    static Verdicts all(AuthResult result, String reason) {
        return new Verdicts(
                SpfResult.notRun(result, SpfResult.Identity.MAILFROM, "spf.example", reason),
                SpfResult.notRun(result, SpfResult.Identity.HELO, "h.example", reason),
                new IprevResult(result, "client.example", reason),
                List.of(dkim(result, reason)),
                new ArcResult(result, 0, List.of(), 0, null, reason),
                new DmarcResult(
                        result,
                        "author.example",
                        null,
                        null,
                        null,
                        DmarcResult.Policy.NONE,
                        List.of(),
                        reason,
                        List.of()));
    }

    static DkimResult dkim(AuthResult result, String reason) {
        return new DkimResult(
                result,
                "signer.example",
                "s",
                "rsa-sha256",
                2048,
                null,
                null,
                false,
                0,
                true,
                reason,
                null);
    }

    /** As authentication leaves them where it is switched off. */
    static Verdicts unchecked() {
        return new Verdicts(
                SpfResult.notRun(AuthResult.NONE, SpfResult.Identity.MAILFROM, "", Known.DISABLED),
                SpfResult.notRun(AuthResult.NONE, SpfResult.Identity.HELO, "", Known.DISABLED),
                new IprevResult(AuthResult.NONE, null, Known.DISABLED),
                List.of(),
                ArcResult.notRun(Known.DISABLED),
                DmarcResult.notRun(Known.DISABLED, List.of()));
    }

    static Facts scanned(Outcome outcome, double score) {
        return MAIL.withScans(
                List.of(new ScanResult(Scanner.RSPAMD, outcome, score, 15, List.of(), "")));
    }

    static Facts dnsListed(List<DnsblHit> hits, String... unanswered) {
        return MAIL.withDnsbl(
                new DnsblVerdict(
                        hits, List.of(unanswered), List.of(unanswered).contains("allow") ? 5 : 0));
    }

    static Facts mailFrom(String address) {
        return BARE.withHelo("x.example").withReversePath(ReversePath.of(EmailAddress.of(address)));
    }

    static Facts withRecipient(String address) {
        EmailAddress recipient = EmailAddress.of(address);
        return MAIL.withRecipient(
                recipient, new RecipientLookup.Known(List.of(recipient), "static"));
    }

    /**
     * The verdicts of a message whose From field names authors of these domains, the first DMARC's.
     */
    static Verdicts authors(Verdicts verdicts, String... authors) {
        return new Verdicts(
                verdicts.spf(),
                verdicts.heloSpf(),
                verdicts.iprev(),
                verdicts.dkim(),
                verdicts.arc(),
                new DmarcResult(
                        AuthResult.NONE,
                        authors[0],
                        null,
                        null,
                        null,
                        DmarcResult.Policy.NONE,
                        List.of(),
                        "dmarc.none.no-record",
                        List.of(),
                        List.of(authors)));
    }
}
