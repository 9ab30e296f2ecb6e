package org.postern.app.intake;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.postern.app.reputation.AnomalousSenders;
import org.postern.app.scan.HeaderChanges;
import org.postern.app.scan.ScanFields;
import org.postern.auth.AuthenticationOutcome;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.IprevResult;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.QueueId;
import org.postern.core.net.Ip;
import org.postern.core.policy.Verdict;
import org.postern.core.recipients.Handling;
import org.postern.queue.dsn.SenderAuthentication;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.Route;
import org.postern.smtp.session.TlsDetails;

/**
 * What the spool keeps beside the content of an accepted message: envelope, our trace fields, the
 * forged fields to leave out, and notes. Thread-safe: it keeps nothing.
 */
final class StoredForm {
    private StoredForm() {}

    /**
     * All of it.
     *
     * @param envelope whom it goes to
     * @param id the queue id that it will have
     * @param protocol the word for "with" in Received, as it was when the content began
     * @param now the wall clock
     */
    static MessageMeta of(
            Transaction transaction,
            Envelope envelope,
            Judgement judged,
            QueueId id,
            String protocol,
            Instant now) {
        HeaderChanges changes =
                HeaderChanges.of(
                        judged.scans(),
                        transaction.checks().header(),
                        judged.outcome().verdicts(),
                        judged.outcome().forged());
        count(transaction, "added", changes.added().size());
        count(transaction, "refused", changes.refused());
        return new MessageMeta(
                envelope,
                now,
                Ip.text(transaction.facts().client()),
                transaction.helo().name(),
                trace(transaction, judged, changes, id, protocol, now),
                changes.omitted(),
                notes(transaction, envelope, judged));
    }

    private static void count(Transaction transaction, String result, int fields) {
        if (fields > 0) {
            transaction.parts().metrics().count("scan.fields", fields, "result", result);
        }
    }

    /** Why a message is held, as the queue shows it. */
    static String holdReason(Verdict verdict) {
        return verdict.rule() + ": " + verdict.reason();
    }

    private static Map<String, String> notes(
            Transaction transaction, Envelope envelope, Judgement judged) {
        Verdict verdict = judged.verdict();
        Map<String, String> notes = new HashMap<>();
        notes.put("verdicts", VerdictNotes.json(judged.outcome().verdicts()));
        notes.put("rule", verdict.rule());
        notes.put("reason", verdict.reason());
        notes.put(
                SenderAuthentication.NOTE,
                SenderAuthentication.of(
                                judged.outcome().verdicts(), transaction.mail().reversePath())
                        .word());
        if (verdict instanceof Verdict.Quarantine) {
            notes.put(MessageMeta.HOLD, holdReason(verdict));
        }
        if (verdict.rule().equals(AnomalousSenders.RULE)) {
            notes.put(
                    AnomalousSenders.HELD_SECONDS,
                    Long.toString(
                            transaction.parts().reputation().anomalies().heldFor().toSeconds()));
        }
        String route =
                Route.of(
                        envelope,
                        to ->
                                transaction
                                        .revision()
                                        .snapshot()
                                        .recipients()
                                        .handling(to)
                                        .map(Handling::downstream)
                                        .orElse(null));
        if (Route.leadsElsewhere(route)) {
            notes.put(Route.NOTE, route);
        }
        IprevResult iprev = judged.outcome().verdicts().iprev();
        // RFC 8601, 3: only a name that leads back to the address is the client's
        if (iprev.result() == AuthResult.PASS && iprev.name() != null) {
            notes.put(MessageMeta.CLIENT_NAME, iprev.name());
        }
        return notes;
    }

    private static byte[] trace(
            Transaction transaction,
            Judgement judged,
            HeaderChanges changes,
            QueueId id,
            String protocol,
            Instant now) {
        AuthenticationOutcome outcome = judged.outcome();
        String hostname = transaction.revision().snapshot().config().hostname().ascii();
        String helo = transaction.helo().name();
        EmailAddress only =
                transaction.recipients().size() == 1
                        ? transaction.recipients().getFirst().address()
                        : null;
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
                        transaction.mail().smtpUtf8() ? helo : ReceivedField.ascii(helo),
                        transaction.facts().client(),
                        reverseName,
                        hostname,
                        protocol,
                        transaction.client().tls().map(StoredForm::describe).orElse(null),
                        id,
                        only,
                        now));
        outcome.traceFields().forEach(fields::append);
        Verdict verdict = judged.verdict();
        fields.append(ReasonField.of(judged.word(), verdict.rule(), verdict.reason()));
        Verdict.Tag tag = judged.tag();
        if (tag != null) {
            fields.append(tag.field()).append(": ").append(tag.value()).append("\r\n");
        }
        fields.append(ScanFields.of(judged.scans(), changes.added(), hostname));
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
}
