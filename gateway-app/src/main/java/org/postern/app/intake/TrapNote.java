package org.postern.app.intake;

import java.time.Duration;
import org.postern.core.mail.Recipient;

/** Notes who wrote to a spam trap, whatever becomes of the message. Keeps nothing. */
final class TrapNote {
    /** How long such a message lies in the trash, for who wants to see it. */
    static final Duration KEPT = Duration.ofDays(7);

    private TrapNote() {}

    /** Notes a message whose content is complete and that was taken or refused for good. */
    static void take(Transaction transaction, Judgement judged) {
        Intake.Parts parts = transaction.parts();
        transaction.recipients().stream()
                .map(Recipient::address)
                .filter(transaction::isTrap)
                .findFirst()
                .ifPresent(trap ->
                        parts.traps()
                                .hit(
                                        transaction.facts().client(),
                                        trap,
                                        transaction.mail().reversePath().isNull(),
                                        judged.outcome().verdicts(),
                                        Intake.isExempt(
                                                transaction.revision().snapshot(),
                                                transaction.facts().client())));
    }
}
