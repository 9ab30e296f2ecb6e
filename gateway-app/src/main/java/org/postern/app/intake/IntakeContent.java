package org.postern.app.intake;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.app.reputation.AnomalousSenders;
import org.postern.app.scan.ScanFields;
import org.postern.app.scan.ScanRequest;
import org.postern.app.scan.Scanners;
import org.postern.app.telemetry.Metrics;
import org.postern.auth.Authentication;
import org.postern.auth.AuthenticationOutcome;
import org.postern.auth.AuthenticationRequest;
import org.postern.auth.MethodTimes;
import org.postern.auth.dnsbl.DnsblCheck;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.IprevResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.journal.Ruling;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.Recipient;
import org.postern.core.policy.Disposition;
import org.postern.core.policy.Facts;
import org.postern.core.policy.PolicyEngine;
import org.postern.core.policy.Stage;
import org.postern.core.policy.Verdict;
import org.postern.core.reply.SmtpReply;
import org.postern.core.scan.ScanResult;
import org.postern.queue.dsn.SenderAuthentication;
import org.postern.queue.schedule.CutThrough;
import org.postern.queue.spool.Change;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolWriter;
import org.postern.queue.spool.StoredMessage;
import org.postern.smtp.session.ClientConnection;
import org.postern.smtp.session.ContentReceiver;
import org.postern.smtp.session.Helo;
import org.postern.smtp.session.MailRequest;
import org.postern.smtp.session.TlsDetails;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One message's content: each block goes to the evaluators and to the spool; at the end the policy
 * decides, our trace fields are written, and the commit makes it durable before the 250. Used by
 * the session's thread alone.
 */
final class IntakeContent implements ContentReceiver {
    private static final Logger LOG = LoggerFactory.getLogger(IntakeContent.class);

    private final Intake.Parts parts;
    private final Revision revision;
    private final ClientConnection client;
    private final Helo helo;
    private final MailRequest mail;
    private final List<Recipient> recipients;
    private final List<EmailAddress> named;
    private final List<EmailAddress> unproven;
    private final Facts facts;
    private final Authentication checks;
    private final int unknown;
    private final @Nullable DnsblCheck dnsbl;
    private final VisitJournal journal;
    private final @Nullable SubjectReader subject;
    private List<ScanResult> scans = List.of();
    private final @Nullable SpoolWriter writer;
    private final @Nullable SpoolException unwilling;
    private final String protocol;
    private final OpinionSampler.@Nullable Sample sample;

    IntakeContent(
            Intake.Parts parts,
            Revision revision,
            ClientConnection client,
            Helo helo,
            MailRequest mail,
            List<Recipient> recipients,
            List<EmailAddress> named,
            List<EmailAddress> unproven,
            Facts facts,
            Authentication checks,
            int unknown,
            @Nullable DnsblCheck dnsbl,
            VisitJournal journal) {
        this.parts = parts;
        this.revision = revision;
        this.client = client;
        this.helo = helo;
        this.mail = mail;
        this.recipients = recipients;
        this.named = named;
        this.unproven = unproven;
        this.facts = facts;
        this.checks = checks;
        this.unknown = unknown;
        this.dnsbl = dnsbl;
        this.journal = journal;
        this.subject =
                revision.snapshot().config().journal().subjects() ? new SubjectReader() : null;
        this.protocol = client.protocol();
        this.sample =
                parts.opinions()
                        .begin(revision.snapshot().config().authentication().secondOpinion());
        SpoolWriter begun = null;
        SpoolException refusal = null;
        try {
            begun = parts.spool().begin();
        } catch (SpoolException e) {
            refusal = e;
        }
        this.writer = begun;
        this.unwilling = refusal;
    }

    @Override
    public void write(byte[] block, int offset, int length) throws IOException {
        if (writer == null) {
            throw unwilling == null ? new IOException("no spool writer") : unwilling;
        }
        checks.write(block, offset, length);
        writer.write(block, offset, length);
        if (sample != null) {
            sample.write(block, offset, length);
        }
        if (subject != null) {
            subject.write(block, offset, length);
        }
    }

    @Override
    public void abort(String reason) {
        release();
        parts.metrics().count("messages", "disposition", "aborted", "reason", reason);
        MailLog.event("aborted")
                .with("stage", Stage.DATA.word())
                .with("client", facts.client().getHostAddress())
                .with("from", "<" + mail.reversePath() + ">")
                .with("recipients", recipients.size())
                .with("reason", reason)
                .log();
    }

    private void release() {
        checks.close();
        if (writer != null) {
            writer.close();
        }
    }

    @Override
    public SmtpReply finish() {
        SpoolWriter spooled = writer;
        if (spooled == null) {
            release();
            SmtpReply reply =
                    unwilling == null
                            ? SmtpReply.of(451, "4.3.0", "Message could not be stored")
                            : unwilling.reply();
            return notTaken(
                    new Ruling(Disposition.DEFER, "spool", "spool.failed", ""), reply, null);
        }
        try (spooled;
                checks;
                Scanners.Scan scan = revision.scanners().begin(scanRequest(spooled))) {
            long before = parts.time().nanoTime();
            AuthenticationOutcome outcome = checks.finish();
            countVerdicts(outcome.verdicts());
            time(outcome.times(), parts.time().nanoTime() - before);
            if (sample != null) {
                parts.opinions().ask(sample, spooled.id().toString(), request(), outcome);
            }
            if (!probing()) {
                parts.reputation().attribute(outcome.verdicts(), unknown);
            }
            Facts known =
                    facts.withAuthentication(outcome.verdicts(), outcome.advice())
                            .withSize(spooled.size())
                            .withStanding(
                                    parts.reputation()
                                            .standing(facts.client(), outcome.verdicts()));
            if (dnsbl != null && facts.dnsbl() != null && !forPostmasterAlone()) {
                dnsbl.author(outcome.verdicts().dmarc().authorDomain());
                known = known.withDnsbl(dnsbl.verdict());
            }
            scans = scan.results();
            known = known.withScans(scans);
            Verdict verdict =
                    greylisted(
                            Rules.decideAtData(parts, revision, known, onlyDomain(), journal),
                            known);
            return switch (verdict) {
                case Verdict.Reject reject -> notTaken(Ruling.of(reject), reject.reply(), outcome);
                case Verdict.Defer defer -> notTaken(Ruling.of(defer), defer.reply(), outcome);
                case Verdict.Accept accept -> take(spooled, outcome, heldOr(accept), null);
                case Verdict.Tag tag ->
                        take(spooled, outcome, tag, tag.field() + ": " + tag.value() + "\r\n");
                case Verdict.Quarantine quarantine -> take(spooled, outcome, quarantine, null);
            };
        }
    }

    /** Whether this is our own probe, which teaches nothing about anybody. */
    private boolean probing() {
        return parts.probes().isOn(helo.name());
    }

    private @Nullable Domain onlyDomain() {
        List<Domain> domains =
                recipients.stream()
                        .map(r -> r.address().host())
                        .filter(Domain.class::isInstance)
                        .map(Domain.class::cast)
                        .distinct()
                        .toList();
        return domains.size() == 1 ? domains.getFirst() : null;
    }

    /**
     * A message to nobody but spam traps is held: there is no mailbox that it could go to. So is
     * one of a sender that suddenly sends far more than ever.
     */
    private Verdict heldOr(Verdict.Accept accept) {
        Optional<String> anomaly =
                probing()
                        ? Optional.empty()
                        : parts.reputation().anomalies().judge(facts.client(), mail.reversePath());
        if (anomaly.isPresent()) {
            return new Verdict.Quarantine(
                    AnomalousSenders.RULE, "reputation.anomaly", anomaly.get());
        }
        boolean nobodyElse = recipients.stream().allMatch(r -> parts.traps().isTrap(r.address()));
        return nobodyElse
                ? new Verdict.Quarantine("spam-trap", "reputation.trap", accept.detail())
                : accept;
    }

    /** A null sender's message that nothing else speaks against may have to come twice. */
    private Verdict greylisted(Verdict verdict, Facts known) {
        boolean passes =
                verdict.rule().equals(PolicyEngine.DEFAULT_RULE) || verdict instanceof Verdict.Tag;
        if (!passes || unproven.isEmpty()) {
            return verdict;
        }
        return parts.greylist()
                .enforced(
                        parts.greylist().atData(revision, known, unproven),
                        parts,
                        revision,
                        Stage.DATA,
                        known,
                        journal)
                .<Verdict>map(v -> v)
                .orElse(verdict);
    }

    private ScanRequest scanRequest(SpoolWriter spooled) {
        return new ScanRequest(
                spooled.content(),
                spooled.id(),
                facts.client(),
                null,
                helo.name(),
                mail.reversePath(),
                recipients.stream().map(Recipient::address).toList());
    }

    private boolean forPostmasterAlone() {
        return recipients.stream()
                .allMatch(r -> r.address().localPart().equalsIgnoreCase("postmaster"));
    }

    private AuthenticationRequest request() {
        return AuthenticationRequest.ofConnection(
                facts.client(), client.local().getAddress(), helo.name(), mail.reversePath());
    }

    private SmtpReply take(
            SpoolWriter spooled,
            AuthenticationOutcome outcome,
            Verdict verdict,
            @Nullable String tagField) {
        Instant now = parts.time().instant();
        Envelope envelope =
                new Envelope(
                        mail.reversePath(),
                        envelopeRecipients(),
                        mail.body(),
                        mail.smtpUtf8(),
                        mail.requireTls(),
                        mail.envelopeId(),
                        mail.dsnReturn());
        MessageMeta meta =
                new MessageMeta(
                        envelope,
                        now,
                        facts.client().getHostAddress(),
                        helo.name(),
                        trace(spooled, outcome, verdict, tagField, now),
                        outcome.forged(),
                        notes(outcome, verdict));
        // from the commit on the spool has it, whoever waits for what
        Optional<CutThrough.Ticket> ticket =
                verdict instanceof Verdict.Quarantine
                        ? Optional.empty()
                        : parts.relay().expect(spooled.id(), envelope);
        try {
            return commit(spooled, meta, outcome, verdict, ticket);
        } finally {
            ticket.ifPresent(CutThrough.Ticket::close);
        }
    }

    private SmtpReply commit(
            SpoolWriter spooled,
            MessageMeta meta,
            AuthenticationOutcome outcome,
            Verdict verdict,
            Optional<CutThrough.Ticket> ticket) {
        StoredMessage stored;
        try {
            stored = spooled.commit(meta);
        } catch (SpoolException e) {
            LOG.error("message from {} not stored: {}", facts.client(), e.getMessage(), e);
            return notTaken(
                    new Ruling(Disposition.DEFER, "spool", "spool.failed", ""), e.reply(), outcome);
        }
        if (ticket.isEmpty()) {
            // the journal has the acceptance before what the relay makes of it
            record(stored, outcome, verdict);
            announce(stored);
            return taken(stored);
        }
        announce(stored);
        CutThrough.Answer answer = ticket.get().await(parts.relay().patience());
        parts.metrics()
                .count(
                        "cut.through",
                        "outcome",
                        switch (answer) {
                            case CutThrough.Answer.Delivered _ -> "delivered";
                            case CutThrough.Answer.Refused _ -> "refused";
                            case CutThrough.Answer.Spooled _ -> "spooled";
                        });
        if (answer instanceof CutThrough.Answer.Refused(SmtpReply reply)) {
            // the entry has ended durably: this reply is all that anybody hears of it
            return notTaken(
                    new Ruling(Disposition.REJECT, "downstream", "relay.refused", ""),
                    reply,
                    outcome);
        }
        record(stored, outcome, verdict);
        return taken(stored);
    }

    /** What was taken is written down; where that fails, it is stored and 250 stays true. */
    private void record(StoredMessage stored, AuthenticationOutcome outcome, Verdict verdict) {
        try {
            tell(stored, outcome, verdict);
        } catch (SpoolException | RuntimeException e) {
            LOG.error("{} is stored; telling of it failed", stored.id(), e);
        }
    }

    private static SmtpReply taken(StoredMessage stored) {
        return SmtpReply.of(250, "2.0.0", "Ok: queued as " + stored.id());
    }

    /** There is something to deliver. The message is stored, so that nothing may be thrown here. */
    private void announce(StoredMessage stored) {
        try {
            parts.relay().accepted(stored.envelope(), stored.size());
        } catch (RuntimeException e) {
            LOG.error("{} is stored; the relay could not be told", stored.id(), e);
        }
    }

    /** Those who have a mailbox; a trap is named only where nobody else is. */
    private List<Recipient> envelopeRecipients() {
        List<Recipient> real =
                recipients.stream().filter(r -> !parts.traps().isTrap(r.address())).toList();
        return real.isEmpty() ? recipients : real;
    }

    private Map<String, String> notes(AuthenticationOutcome outcome, Verdict verdict) {
        Map<String, String> notes = new HashMap<>();
        notes.put("verdicts", VerdictNotes.json(outcome.verdicts()));
        notes.put("rule", verdict.rule());
        notes.put("reason", verdict.reason());
        notes.put(
                SenderAuthentication.NOTE,
                SenderAuthentication.of(outcome.verdicts(), mail.reversePath()).word());
        if (verdict instanceof Verdict.Quarantine) {
            notes.put(MessageMeta.HOLD, holdReason(verdict));
        }
        IprevResult iprev = outcome.verdicts().iprev();
        // RFC 8601, 3: only a name that leads back to the address is the client's
        if (iprev.result() == AuthResult.PASS && iprev.name() != null) {
            notes.put(MessageMeta.CLIENT_NAME, iprev.name());
        }
        return notes;
    }

    private static String holdReason(Verdict verdict) {
        return verdict.rule() + ": " + verdict.reason();
    }

    private void tell(StoredMessage stored, AuthenticationOutcome outcome, Verdict verdict)
            throws SpoolException {
        journal.message(
                stored.id(),
                mail.reversePath(),
                named,
                recipients,
                stored.size(),
                Ruling.of(verdict),
                taken(stored),
                checks.evidence(outcome),
                subject == null ? null : subject.subject());
        if (verdict instanceof Verdict.Quarantine) {
            // on hold by its own record already; this lets the index know
            parts.spool()
                    .change(
                            List.of(stored.id()),
                            new Change.Hold(MessageMeta.HOLD_ACTOR, holdReason(verdict)));
        }
        recipients.stream()
                .map(Recipient::address)
                .filter(parts.traps()::isTrap)
                .findFirst()
                .ifPresent(trap ->
                        parts.traps()
                                .hit(
                                        facts.client(),
                                        trap,
                                        outcome.verdicts(),
                                        Intake.isExempt(revision.snapshot(), facts.client())));
        if (verdict instanceof Verdict.Accept && !probing()) {
            parts.reputation().accepted(facts.client(), outcome.verdicts());
        }
        parts.metrics().count("messages", "disposition", word(verdict), "reason", verdict.reason());
        describe(
                        MailLog.event("accepted").with("id", stored.id()),
                        outcome,
                        verdict.rule(),
                        verdict.reason())
                .with("size", stored.size())
                .with("disposition", word(verdict))
                .log();
    }

    private static String word(Verdict verdict) {
        return switch (verdict.disposition()) {
            case ACCEPT -> "accepted";
            case TAG -> "tagged";
            case QUARANTINE -> "quarantined";
            case REJECT -> "rejected";
            case DEFER -> "deferred";
        };
    }

    private byte[] trace(
            SpoolWriter spooled,
            AuthenticationOutcome outcome,
            Verdict verdict,
            @Nullable String tagField,
            Instant now) {
        EmailAddress only = recipients.size() == 1 ? recipients.getFirst().address() : null;
        String reverseName =
                outcome.verdicts().iprev().result() == AuthResult.PASS
                        ? ReceivedField.plainName(outcome.verdicts().iprev().name())
                        : null;
        StringBuilder fields = new StringBuilder(1_024);
        if (outcome.receivedSpf() != null) {
            fields.append(outcome.receivedSpf()); // RFC 7208, 9.1: above our Received
        }
        fields.append(
                ReceivedField.of(
                        mail.smtpUtf8() ? helo.name() : ReceivedField.ascii(helo.name()),
                        facts.client(),
                        reverseName,
                        revision.snapshot().config().hostname().ascii(),
                        protocol,
                        client.tls().map(IntakeContent::describe).orElse(null),
                        spooled.id(),
                        only,
                        now));
        outcome.traceFields().forEach(fields::append);
        fields.append(ReasonField.of(word(verdict), verdict.rule(), verdict.reason()));
        if (tagField != null) {
            fields.append(tagField);
        }
        fields.append(ScanFields.of(scans, revision.snapshot().config().hostname().ascii()));
        return fields.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String describe(TlsDetails tls) {
        return "using "
                + tls.version()
                + " with cipher "
                + tls.cipher()
                + tls.clientSubject()
                        .map(s -> "; client certificate (not verified) \"" + comment(s) + "\"")
                        .orElse("");
    }

    private static String comment(String text) {
        // within a comment nothing may open or close one (RFC 5322, 3.2.2)
        return text.replaceAll("[^\\x20-\\x7e]|[()\\\\\"]", "?");
    }

    private SmtpReply notTaken(
            Ruling ruling, SmtpReply reply, @Nullable AuthenticationOutcome outcome) {
        journal.message(
                null,
                mail.reversePath(),
                named,
                recipients,
                writer == null ? 0 : writer.size(),
                ruling,
                reply,
                outcome == null ? null : checks.evidence(outcome),
                subject == null ? null : subject.subject());
        String disposition = reply.isTransient() ? "deferred" : "rejected";
        parts.metrics().count("messages", "disposition", disposition, "reason", ruling.reason());
        describe(
                        MailLog.event(reply.isTransient() ? "deferred-in-session" : "refused")
                                .with("stage", Stage.DATA.word()),
                        outcome,
                        ruling.rule(),
                        ruling.reason())
                .with("reply", reply)
                .log();
        return reply;
    }

    private MailLog describe(
            MailLog line, @Nullable AuthenticationOutcome outcome, String rule, String reason) {
        line.with("client", facts.client().getHostAddress())
                .with("helo", helo.name())
                .with("from", "<" + mail.reversePath() + ">")
                .with(
                        "to",
                        String.join(
                                ",",
                                recipients.stream().map(r -> "<" + r.address() + ">").toList()));
        if (outcome != null) {
            Verdicts v = outcome.verdicts();
            line.with("spf", v.spf().result().word())
                    .with("spf_reason", v.spf().reason())
                    .with("dkim", VerdictNotes.dkimWord(v))
                    .with("dmarc", v.dmarc().result().word())
                    .with("dmarc_reason", v.dmarc().reason())
                    .with("arc", v.arc().result().word());
        }
        for (ScanResult result : scans) {
            line.with(result.scanner().word(), result.outcome().word());
            if (!result.detail().isEmpty()) {
                line.with(result.scanner().word() + "_detail", result.detail());
            }
        }
        return line.with("rule", rule).with("reason", reason);
    }

    private void countVerdicts(Verdicts v) {
        Metrics metrics = parts.metrics();
        count(metrics, "spf", v.spf().result(), v.spf().reason());
        count(metrics, "helo_spf", v.heloSpf().result(), v.heloSpf().reason());
        count(metrics, "iprev", v.iprev().result(), v.iprev().reason());
        for (DkimResult one : v.dkim()) {
            count(metrics, "dkim", one.result(), one.reason());
        }
        count(metrics, "arc", v.arc().result(), v.arc().reason());
        count(metrics, "dmarc", v.dmarc().result(), v.dmarc().reason());
    }

    private void time(MethodTimes times, long waitedNanos) {
        time("spf", times.spf());
        time("helo_spf", times.heloSpf());
        time("iprev", times.iprev());
        time("dkim", times.dkim());
        time("arc", times.arc());
        time("dmarc", times.dmarc());
        time("finish", waitedNanos);
    }

    private void time(String method, long nanos) {
        if (nanos > 0) { // else it did not run
            parts.metrics().time("auth", Duration.ofNanos(nanos), "method", method);
        }
    }

    private static void count(Metrics metrics, String method, AuthResult result, String reason) {
        metrics.count("auth.results", "method", method, "result", result.word(), "reason", reason);
    }
}
