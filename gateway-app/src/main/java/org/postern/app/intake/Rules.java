package org.postern.app.intake;

import java.net.InetAddress;
import java.util.List;
import org.postern.app.telemetry.MailLog;
import org.postern.core.journal.Ruling;
import org.postern.core.mail.EmailAddress;
import org.postern.core.net.Ip;
import org.postern.core.policy.Audience;
import org.postern.core.policy.Disposition;
import org.postern.core.policy.Evaluation;
import org.postern.core.policy.Facts;
import org.postern.core.policy.Stage;
import org.postern.core.policy.Verdict;
import org.postern.core.reply.SmtpReply;
import org.postern.core.snapshot.Snapshot;

/**
 * Asks the policy; counts, logs and journals what is refused in session and what rules in mode
 * observe would have done. On the session's thread.
 */
final class Rules {
    private Rules() {}

    /** The verdict that holds. */
    static Verdict decide(
            Intake.Parts parts, Revision revision, Stage stage, Facts facts, VisitJournal journal) {
        return decide(
                parts, stage, facts, revision.snapshot().policy().evaluate(stage, facts), journal);
    }

    /**
     * The verdict at the end of the content.
     *
     * @param client whom the content tells of, behind a trusted relay
     * @param audience what its recipients have in common
     * @param named its recipients as RCPT named them
     */
    static Verdict decideAtData(
            Intake.Parts parts,
            Revision revision,
            Facts facts,
            InetAddress client,
            Audience audience,
            List<EmailAddress> named,
            VisitJournal journal) {
        Evaluation evaluation =
                revision.snapshot()
                        .policy()
                        .evaluate(Stage.DATA, facts, audience, parts.observes());
        for (Verdict observed : evaluation.observed()) {
            observed(parts, Stage.DATA, facts, observed, journal);
        }
        parts.candidate()
                .compareAtData(facts, client, named, parts.observes(), evaluation.verdict());
        return evaluation.verdict();
    }

    private static Verdict decide(
            Intake.Parts parts,
            Stage stage,
            Facts facts,
            Evaluation evaluation,
            VisitJournal journal) {
        for (Verdict observed : evaluation.observed()) {
            observed(parts, stage, facts, observed, journal);
        }
        parts.candidate().compare(stage, facts, evaluation.verdict());
        return evaluation.verdict();
    }

    /** What holds after greylisting has spoken, which in mode observe is what held before. */
    static Verdict greylisted(
            Intake.Parts parts,
            Snapshot snapshot,
            Stage stage,
            Facts facts,
            Verdict ruled,
            GreylistGate.Answer answer,
            VisitJournal journal) {
        Verdict.Defer deferral = answer.deferral();
        if (deferral != null && !GreylistGate.observesOnly(snapshot)) {
            return deferral;
        }
        journal.greylisting(answer.word());
        if (deferral != null) {
            observed(parts, stage, facts, deferral, journal);
        }
        return ruled;
    }

    /**
     * Counts, logs and journals what is refused before the content.
     *
     * @param helo the name given, empty before it
     */
    static void refused(
            Intake.Parts parts,
            Stage stage,
            Facts facts,
            String helo,
            Ruling ruling,
            SmtpReply reply,
            VisitJournal journal) {
        journal.refused(stage, facts, ruling, reply);
        parts.metrics()
                .count(
                        "messages",
                        "disposition",
                        (reply.isTransient() ? Disposition.DEFER : Disposition.REJECT).outcome(),
                        "reason",
                        ruling.reason());
        MailLog line =
                MailLog.event(reply.isTransient() ? "deferred-in-session" : "refused")
                        .with("stage", stage.word())
                        .with("client", Ip.text(facts.client()))
                        .with("helo", helo);
        envelope(line, facts).with("rule", ruling.rule()).with("reason", ruling.reason());
        if (!ruling.detail().isEmpty()) {
            line.with("detail", ruling.detail());
        }
        line.with("reply", reply).log();
    }

    /** Counts, logs and journals what a rule would have done. */
    static void observed(
            Intake.Parts parts, Stage stage, Facts facts, Verdict observed, VisitJournal journal) {
        journal.observed(stage, Ruling.of(observed));
        parts.metrics()
                .count(
                        "policy.observed",
                        "rule",
                        observed.rule(),
                        "disposition",
                        observed.disposition().word());
        MailLog line =
                MailLog.event("observed")
                        .with("stage", stage.word())
                        .with("rule", observed.rule())
                        .with("would", observed.disposition().word())
                        .with("reason", observed.reason())
                        .with("client", Ip.text(facts.client()));
        envelope(line, facts).log();
    }

    private static MailLog envelope(MailLog line, Facts facts) {
        if (facts.reversePath() != null) {
            line.with("from", "<" + facts.reversePath() + ">");
        }
        if (facts.recipient() != null) {
            line.with("to", "<" + facts.recipient() + ">");
        }
        return line;
    }
}
