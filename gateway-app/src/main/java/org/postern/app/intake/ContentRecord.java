package org.postern.app.intake;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.app.telemetry.MailLog;
import org.postern.app.telemetry.Metrics;
import org.postern.auth.AuthenticationOutcome;
import org.postern.auth.MethodTimes;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.journal.Ruling;
import org.postern.core.mail.QueueId;
import org.postern.core.net.Ip;
import org.postern.core.policy.Stage;
import org.postern.core.reply.SmtpReply;
import org.postern.core.scan.ScanResult;
import org.postern.queue.spool.StoredMessage;

/**
 * Tells journal, metrics and log what became of a message whose content has begun: once for each.
 * Used by the session's thread alone.
 */
final class ContentRecord {
    private final Transaction transaction;
    private final Intake.Parts parts;

    ContentRecord(Transaction transaction) {
        this.transaction = transaction;
        this.parts = transaction.parts();
    }

    /** Its content broke off. */
    void aborted(String reason) {
        parts.metrics().count("messages", "disposition", "aborted", "reason", reason);
        MailLog.event("aborted")
                .with("stage", Stage.DATA.word())
                .with("client", Ip.text(transaction.facts().client()))
                .with("from", "<" + transaction.mail().reversePath() + ">")
                .with("recipients", transaction.recipients().size())
                .with("reason", reason)
                .log();
    }

    /**
     * It was not taken.
     *
     * @param judged what was found of it, or null where nobody looked
     * @param size octets of it
     * @param subject its subject where the journal is to have it
     */
    void notTaken(
            Ruling ruling,
            SmtpReply reply,
            @Nullable Judgement judged,
            long size,
            @Nullable String subject) {
        journal(null, ruling, reply, judged, size, subject);
        String disposition = reply.isTransient() ? "deferred" : "rejected";
        parts.metrics().count("messages", "disposition", disposition, "reason", ruling.reason());
        MailLog line =
                MailLog.event(reply.isTransient() ? "deferred-in-session" : "refused")
                        .with("stage", Stage.DATA.word());
        describe(line, judged, ruling.rule(), ruling.reason()).with("reply", reply).log();
    }

    /** It was taken: for the journal, first. */
    void taken(StoredMessage stored, SmtpReply reply, Judgement judged, @Nullable String subject) {
        Ruling ruling = Ruling.of(judged.verdict());
        String dropped = transaction.droppedForTraps();
        if (!dropped.isEmpty()) {
            String more = ruling.detail().isEmpty() ? "" : ruling.detail() + "; ";
            ruling =
                    new Ruling(
                            ruling.disposition(),
                            ruling.rule(),
                            ruling.reason(),
                            more + "no copy for spam trap " + dropped);
        }
        journal(stored.id(), ruling, reply, judged, stored.size(), subject);
    }

    /** It was taken: for metrics and log, once all else is done. */
    void counted(StoredMessage stored, Judgement judged) {
        String reason = judged.verdict().reason();
        parts.metrics().count("messages", "disposition", judged.word(), "reason", reason);
        MailLog line = MailLog.event("accepted").with("id", stored.id());
        describe(line, judged, judged.verdict().rule(), reason)
                .with("size", stored.size())
                .with("disposition", judged.word());
        String dropped = transaction.droppedForTraps();
        (dropped.isEmpty() ? line : line.with("no_copy_for_trap", dropped)).log();
    }

    private void journal(
            @Nullable QueueId id,
            Ruling ruling,
            SmtpReply reply,
            @Nullable Judgement judged,
            long size,
            @Nullable String subject) {
        transaction
                .journal()
                .message(
                        id,
                        transaction.mail().reversePath(),
                        transaction.named(),
                        transaction.recipients(),
                        size,
                        judged == null ? transaction.facts() : judged.facts(),
                        ruling,
                        reply,
                        judged == null ? null : transaction.checks().evidence(judged.outcome()),
                        subject);
    }

    private MailLog describe(MailLog line, @Nullable Judgement judged, String rule, String reason) {
        List<String> to =
                transaction.recipients().stream().map(r -> "<" + r.address() + ">").toList();
        line.with("client", Ip.text(transaction.facts().client()))
                .with("helo", transaction.helo().name())
                .with("from", "<" + transaction.mail().reversePath() + ">")
                .with("to", String.join(",", to));
        if (judged != null) {
            Verdicts v = judged.outcome().verdicts();
            line.with("spf", v.spf().result().word())
                    .with("spf_reason", v.spf().reason())
                    .with("dkim", v.dkimResult().word())
                    .with("dmarc", v.dmarc().result().word())
                    .with("dmarc_reason", v.dmarc().reason())
                    .with("arc", v.arc().result().word());
            for (ScanResult result : judged.scans()) {
                line.with(result.scanner().word(), result.outcome().word());
                if (!result.detail().isEmpty()) {
                    line.with(result.scanner().word() + "_detail", result.detail());
                }
            }
        }
        return line.with("rule", rule).with("reason", reason);
    }

    /** What authentication found and how long it took; the session waited so long at the end. */
    void verdicts(AuthenticationOutcome outcome, long waitedNanos) {
        Verdicts v = outcome.verdicts();
        count("spf", v.spf().result(), v.spf().reason());
        count("helo_spf", v.heloSpf().result(), v.heloSpf().reason());
        count("iprev", v.iprev().result(), v.iprev().reason());
        for (DkimResult one : v.dkim()) {
            count("dkim", one.result(), one.reason());
        }
        count("arc", v.arc().result(), v.arc().reason());
        count("dmarc", v.dmarc().result(), v.dmarc().reason());
        MethodTimes times = outcome.times();
        time("spf", times.spf());
        time("helo_spf", times.heloSpf());
        time("iprev", times.iprev());
        time("dkim", times.dkim());
        time("arc", times.arc());
        time("dmarc", times.dmarc());
        time("finish", waitedNanos);
    }

    private void count(String method, AuthResult result, String reason) {
        Metrics metrics = parts.metrics();
        metrics.count("auth.results", "method", method, "result", result.word(), "reason", reason);
    }

    private void time(String method, long nanos) {
        if (nanos > 0) { // else it did not run
            parts.metrics().time("auth", Duration.ofNanos(nanos), "method", method);
        }
    }
}
