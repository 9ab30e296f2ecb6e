package org.postern.app.journal;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.IprevResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.journal.Client;
import org.postern.core.journal.DnsFact;
import org.postern.core.journal.Evidence;
import org.postern.core.journal.Hop;
import org.postern.core.journal.JournalEvent;
import org.postern.core.journal.Ruling;
import org.postern.core.journal.Screening;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;
import org.postern.core.policy.Disposition;
import org.postern.core.policy.Stage;
import org.postern.core.reply.SmtpReply;

/** Events as the gateway would make them, for tests. */
public final class Events {
    private Events() {}

    /** A DNS answer in plain words. */
    public record Fact(String type, String name, String outcome, List<String> records)
            implements DnsFact {}

    /** A client that names itself. */
    public static Client client(String address) {
        InetAddress ip = Ip.parse(address);
        return new Client(ip, ip, "mail.example.org", true);
    }

    /** Evidence with these results of SPF and DMARC. */
    public static Evidence evidence(
            AuthResult spf, AuthResult dmarc, String client, String domain) {
        return evidence(spf, dmarc, client, domain, List.of());
    }

    /** The same with Received fields. */
    public static Evidence evidence(
            AuthResult spf, AuthResult dmarc, String client, String domain, List<Hop> hops) {
        SpfResult mailFrom =
                new SpfResult(
                        spf,
                        SpfResult.Identity.MAILFROM,
                        domain,
                        spf == AuthResult.PASS ? "ip4:192.0.2.0/24" : null,
                        "spf." + spf.word(),
                        null,
                        List.of("a step"),
                        1,
                        0,
                        123);
        return new Evidence(
                new Verdicts(
                        mailFrom,
                        SpfResult.notRun(
                                AuthResult.NONE, SpfResult.Identity.HELO, domain, "spf.none"),
                        new IprevResult(AuthResult.PASS, "mail." + domain, "iprev.pass"),
                        List.of(signature(0, "dkim.pass")),
                        ArcResult.NONE,
                        new DmarcResult(
                                dmarc,
                                domain,
                                domain,
                                domain,
                                DmarcResult.Policy.REJECT,
                                dmarc == AuthResult.FAIL
                                        ? DmarcResult.Policy.REJECT
                                        : DmarcResult.Policy.NONE,
                                List.of(),
                                dmarc == AuthResult.FAIL
                                        ? "dmarc.fail.spf-fail.dkim-unaligned"
                                        : "dmarc." + dmarc.word(),
                                List.of())),
                Ip.parse(client),
                "the client is " + client,
                List.of(
                        new Fact("TXT", domain, "found", List.of("v=spf1 ip4:192.0.2.0/24 -all")),
                        new Fact(
                                "TXT", "_dmarc." + domain, "found", List.of("v=DMARC1; p=reject"))),
                hops);
    }

    /** A message that was taken. */
    public static JournalEvent.Message accepted(
            Instant at, long id, String client, String from, String... to) {
        String domain = from.substring(from.lastIndexOf('@') + 1);
        return message(
                at,
                new QueueId(id),
                client,
                from,
                new Ruling(Disposition.ACCEPT, "default", "default.accept", ""),
                SmtpReply.of(250, "2.0.0", "Ok: queued as " + new QueueId(id)),
                evidence(AuthResult.PASS, AuthResult.PASS, client, domain),
                to);
    }

    /** The same message with a signature that leaves octets of the body unsigned. */
    public static JournalEvent.Message partlySigned(JournalEvent.Message m) {
        Evidence evidence = Objects.requireNonNull(m.evidence());
        return with(
                m,
                new Evidence(
                        partlySigned(evidence.verdicts()),
                        evidence.checked(),
                        evidence.explanation(),
                        evidence.dns(),
                        evidence.hops()),
                m.observed());
    }

    /** The same verdicts with a signature that leaves octets of the body unsigned. */
    public static Verdicts partlySigned(Verdicts v) {
        return new Verdicts(
                v.spf(),
                v.heloSpf(),
                v.iprev(),
                List.of(signature(500, "dkim.pass.partial-body")),
                v.arc(),
                v.dmarc());
    }

    private static DkimResult signature(long unsignedBodyBytes, String reason) {
        return new DkimResult(
                AuthResult.PASS,
                "signer.example",
                "s1",
                "rsa-sha256",
                2048,
                null,
                "abcdef",
                false,
                unsignedBodyBytes,
                false,
                reason,
                null);
    }

    /** A message that DMARC refused. */
    public static JournalEvent.Message rejected(
            Instant at, String client, String from, String... to) {
        String domain = from.substring(from.lastIndexOf('@') + 1);
        return message(
                at,
                null,
                client,
                from,
                new Ruling(
                        Disposition.REJECT,
                        "dmarc-reject",
                        "dmarc.fail.spf-fail.dkim-unaligned",
                        ""),
                SmtpReply.of(550, "5.7.1", "refused by the policy of " + domain),
                evidence(AuthResult.FAIL, AuthResult.FAIL, client, domain),
                to);
    }

    /** A message with everything given. */
    public static JournalEvent.Message message(
            Instant at,
            @Nullable QueueId id,
            String client,
            String from,
            Ruling ruling,
            SmtpReply reply,
            @Nullable Evidence evidence,
            String... to) {
        List<EmailAddress> recipients = java.util.Arrays.stream(to).map(EmailAddress::of).toList();
        return new JournalEvent.Message(
                at,
                id,
                client(client),
                from.isEmpty() ? ReversePath.Null.INSTANCE : ReversePath.of(EmailAddress.of(from)),
                recipients,
                recipients,
                10_240,
                ruling,
                reply,
                evidence,
                List.of(),
                null,
                null,
                7);
    }

    /** The same message with what rules in mode observe would have done. */
    public static JournalEvent.Message observed(JournalEvent.Message m, List<Ruling> observed) {
        return with(m, m.evidence(), observed);
    }

    private static JournalEvent.Message with(
            JournalEvent.Message m, @Nullable Evidence evidence, List<Ruling> observed) {
        return new JournalEvent.Message(
                m.at(),
                m.id(),
                m.client(),
                m.from(),
                m.named(),
                m.recipients(),
                m.size(),
                m.ruling(),
                m.reply(),
                evidence,
                observed,
                m.screening(),
                m.subject(),
                m.revision());
    }

    /** A recipient that does not exist. */
    public static JournalEvent.Refusal unknown(Instant at, String client, String from, String to) {
        return new JournalEvent.Refusal(
                at,
                Stage.RCPT,
                client(client),
                ReversePath.of(EmailAddress.of(from)),
                EmailAddress.of(to),
                new Ruling(Disposition.REJECT, "unknown-recipient", "recipient.unknown", ""),
                SmtpReply.of(550, "5.1.1", "No such recipient here: <" + to + ">"),
                List.of(),
                null,
                7);
    }

    /** The same message, looked at for these. */
    public static JournalEvent.Message screened(JournalEvent.Message m, Screening screening) {
        return new JournalEvent.Message(
                m.at(),
                m.id(),
                m.client(),
                m.from(),
                m.named(),
                m.recipients(),
                m.size(),
                m.ruling(),
                m.reply(),
                m.evidence(),
                m.observed(),
                screening,
                m.subject(),
                m.revision());
    }

    /** The same refusal, for this and looked at for these. */
    public static JournalEvent.Refusal screened(
            JournalEvent.Refusal r, Ruling ruling, Screening screening) {
        return new JournalEvent.Refusal(
                r.at(),
                r.stage(),
                r.client(),
                r.from(),
                r.to(),
                ruling,
                r.reply(),
                r.observed(),
                screening,
                r.revision());
    }

    /** A recipient's outcome. */
    public static JournalEvent.Attempt attempt(
            Instant at, long id, String to, String outcome, String reply) {
        return new JournalEvent.Attempt(
                at,
                new QueueId(id),
                EmailAddress.of(to),
                "store",
                "",
                outcome,
                reply,
                1,
                Duration.ofMillis(12),
                "",
                outcome.equals("deferred") ? Duration.ofMinutes(5) : Duration.ZERO);
    }
}
