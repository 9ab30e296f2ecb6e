package org.postern.app.intake;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.app.country.ClientCountry;
import org.postern.app.reputation.AnomalousSenders;
import org.postern.app.reputation.Traps;
import org.postern.app.scan.ScanRequest;
import org.postern.app.scan.Scanners;
import org.postern.auth.Authentication;
import org.postern.auth.AuthenticationOutcome;
import org.postern.auth.dnsbl.DnsblCheck;
import org.postern.core.authres.Verdicts;
import org.postern.core.config.BuiltInRule;
import org.postern.core.journal.Ruling;
import org.postern.core.mail.ReversePath;
import org.postern.core.policy.Disposition;
import org.postern.core.policy.Facts;
import org.postern.core.policy.PolicyEngine;
import org.postern.core.policy.Stage;
import org.postern.core.policy.Verdict;
import org.postern.core.reply.SmtpReply;
import org.postern.queue.dsn.SenderAuthentication;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolWriter;
import org.postern.smtp.session.ContentReceiver;

/**
 * One message's content: each block goes to the evaluators and to the spool; at the end it is
 * authenticated and scanned, the policy decides, and {@link ContentCommit} takes what is taken.
 * Used by the session's thread alone.
 */
final class IntakeContent implements ContentReceiver {
    private final Transaction transaction;
    private final Intake.Parts parts;
    private final Authentication checks;
    private final ContentRecord record;
    private final @Nullable SubjectReader subject;
    private final @Nullable SpoolWriter writer;
    private final @Nullable SpoolException unwilling;
    private final String protocol;
    private final OpinionSampler.@Nullable Sample sample;

    IntakeContent(Transaction transaction) {
        this.transaction = transaction;
        this.parts = transaction.parts();
        this.checks = transaction.checks();
        this.record = new ContentRecord(transaction);
        var config = transaction.revision().snapshot().config();
        this.subject = config.journal().subjects() ? new SubjectReader() : null;
        this.protocol = transaction.client().protocol();
        this.sample = parts.opinions().begin(config.authentication().secondOpinion());
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
        record.aborted(reason);
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
            record.notTaken(
                    new Ruling(Disposition.DEFER, BuiltInRule.SPOOL.ruleName(), "spool.failed", ""),
                    reply,
                    null,
                    0,
                    subject());
            return reply;
        }
        try (spooled;
                checks;
                Scanners.Scan scan =
                        transaction.revision().scanners().begin(scanRequest(spooled))) {
            Judgement judged = judge(spooled, scan);
            return switch (judged.verdict()) {
                case Verdict.Reject reject -> {
                    TrapNote.take(transaction);
                    yield notTaken(Ruling.of(reject), reject.reply(), judged, spooled.size());
                }
                case Verdict.Defer defer ->
                        notTaken(Ruling.of(defer), defer.reply(), judged, spooled.size());
                case Verdict.Accept _, Verdict.Tag _, Verdict.Quarantine _ ->
                        new ContentCommit(transaction, record, spooled, protocol, subject())
                                .take(judged);
            };
        }
    }

    private SmtpReply notTaken(Ruling ruling, SmtpReply reply, Judgement judged, long size) {
        record.notTaken(ruling, reply, judged, size, subject());
        return reply;
    }

    private @Nullable String subject() {
        return subject == null ? null : subject.subject();
    }

    /** Waits for every fact about the whole message and decides. */
    private Judgement judge(SpoolWriter spooled, Scanners.Scan scan) {
        long before = parts.time().nanoTime();
        AuthenticationOutcome outcome = checks.finish();
        record.verdicts(outcome, parts.time().nanoTime() - before);
        if (sample != null) {
            parts.opinions().ask(sample, spooled.id().toString(), transaction.request(), outcome);
        }
        Optional<Verdict> ban = HarvestGate.atData(transaction, outcome.verdicts());
        Facts facts = transaction.facts();
        Facts known =
                facts.withCountry(country(outcome))
                        .withAuthentication(outcome.verdicts(), outcome.advice())
                        .withOrigin(outcome.client())
                        .withSize(spooled.size())
                        .withStanding(
                                parts.reputation().standing(facts.client(), outcome.verdicts()));
        DnsblCheck dnsbl = transaction.dnsbl();
        if (dnsbl != null && facts.dnsbl() != null && !transaction.isSparedOfDnsLists()) {
            dnsbl.authors(outcome.verdicts().dmarc().authorDomains());
            known = known.withDnsbl(dnsbl.verdict());
        }
        if (ban.isPresent()) {
            return new Judgement(outcome, known, ban.get(), null);
        }
        known = known.withScans(scan.results());
        Verdict ruled =
                Rules.decideAtData(
                        parts,
                        transaction.revision(),
                        known,
                        outcome.client(),
                        transaction.audience(),
                        transaction.named(),
                        transaction.journal());
        Verdict verdict = greylisted(ruled, known);
        return switch (verdict) {
            case Verdict.Accept _ ->
                    new Judgement(outcome, known, heldOr(verdict, outcome.verdicts()), null);
            case Verdict.Tag tag ->
                    new Judgement(outcome, known, heldOr(verdict, outcome.verdicts()), tag);
            case Verdict.Quarantine _, Verdict.Reject _, Verdict.Defer _ ->
                    new Judgement(outcome, known, verdict, null);
        };
    }

    /** Where the client is that the content tells of, behind a trusted relay above all. */
    private @Nullable String country(AuthenticationOutcome outcome) {
        InetAddress client = outcome.client();
        if (client.equals(transaction.facts().client())) {
            return transaction.facts().country();
        }
        Revision revision = transaction.revision();
        return ClientCountry.of(revision.countries(), revision.snapshot().config(), client);
    }

    /**
     * A message to nobody but spam traps is held: there is no mailbox that it could go to. So is
     * one of a sender that suddenly sends far more than ever.
     */
    private Verdict heldOr(Verdict taken, Verdicts verdicts) {
        if (transaction.forTrapsAlone()) {
            return new Verdict.Quarantine(Traps.RULE, Traps.REASON, taken.detail());
        }
        if (transaction.probing()) {
            return taken;
        }
        ReversePath from = transaction.mail().reversePath();
        boolean vouched = SenderAuthentication.of(verdicts, from) != SenderAuthentication.NONE;
        Optional<AnomalousSenders.Judged> judged =
                parts.reputation().anomalies().judge(transaction.facts().client(), from, vouched);
        if (judged.isEmpty()) {
            return taken;
        }
        Verdict held =
                new Verdict.Quarantine(
                        AnomalousSenders.RULE, "reputation.anomaly", judged.get().why());
        if (judged.get().enforced()) {
            return held;
        }
        Rules.observed(parts, Stage.DATA, transaction.facts(), held, transaction.journal());
        return taken;
    }

    /** A null sender's message that nothing else speaks against may have to come twice. */
    private Verdict greylisted(Verdict verdict, Facts known) {
        boolean passes =
                verdict.rule().equals(PolicyEngine.DEFAULT_RULE) || verdict instanceof Verdict.Tag;
        if (!passes || transaction.unproven().isEmpty()) {
            return verdict;
        }
        return Rules.greylisted(
                parts,
                transaction.revision().snapshot(),
                Stage.DATA,
                known,
                verdict,
                parts.greylist()
                        .atData(transaction.revision().snapshot(), known, transaction.unproven()),
                transaction.journal());
    }

    private ScanRequest scanRequest(SpoolWriter spooled) {
        return new ScanRequest(
                spooled.content(),
                spooled.id(),
                checks.trueClient(),
                transaction.client().tls().orElse(null),
                transaction.mail().reversePath(),
                transaction.named());
    }
}
