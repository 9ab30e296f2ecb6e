package org.postern.app.intake;

import java.time.Duration;

/** Notes who wrote to a spam trap, whatever becomes of the message. Keeps nothing. */
final class TrapNote {
    /** How long such a message lies in the trash, for who wants to see it. */
    static final Duration KEPT = Duration.ofDays(7);

    private TrapNote() {}

    /** Notes a message whose content is complete and that was taken or refused for good. */
    static void take(Transaction transaction) {
        Intake.Parts parts = transaction.parts();
        transaction.traps().stream()
                .findFirst()
                .ifPresent(trap ->
                        parts.traps()
                                .hit(
                                        transaction.facts().client(),
                                        trap,
                                        transaction.mail().reversePath().isNull(),
                                        Intake.isExempt(
                                                transaction.revision().snapshot(),
                                                transaction.facts().client())));
    }
}
