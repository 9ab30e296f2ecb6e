package org.postern.app.intake;

import org.postern.core.policy.Evaluation;
import org.postern.core.policy.Facts;
import org.postern.core.policy.Stage;
import org.postern.core.policy.Verdict;

/** Asks the policy, and counts and logs what rules in mode observe would have done. */
final class Rules {
    private Rules() {}

    /** The verdict that holds. */
    static Verdict decide(Intake.Parts parts, Revision revision, Stage stage, Facts facts) {
        Evaluation evaluation = revision.snapshot().policy().evaluate(stage, facts);
        for (Verdict observed : evaluation.observed()) {
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
                            .with("client", facts.client().getHostAddress());
            if (facts.reversePath() != null) {
                line.with("from", "<" + facts.reversePath() + ">");
            }
            if (facts.recipient() != null) {
                line.with("to", "<" + facts.recipient() + ">");
            }
            line.log();
        }
        return evaluation.verdict();
    }
}
