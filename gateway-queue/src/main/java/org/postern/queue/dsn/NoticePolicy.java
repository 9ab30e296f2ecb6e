package org.postern.queue.dsn;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.postern.core.mail.DsnNotify;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;

/**
 * Decides whether a sender is told what became of a message: only one who is known to have written
 * it, never where the session could have refused it, and within a budget. Who cannot be told has
 * the entry held for the postmaster instead; nothing accepted vanishes.
 *
 * <p>Thread-safe; its only state is the budget.
 */
public final class NoticePolicy {
    private final Supplier<NoticeSettings> settings;
    private final NoticeBudget budget;

    /** A policy that spends from this budget. */
    public NoticePolicy(NoticeSettings settings, NoticeBudget budget) {
        this(() -> settings, budget);
    }

    /** One whose settings may change. */
    public NoticePolicy(Supplier<NoticeSettings> settings, NoticeBudget budget) {
        this.settings = settings;
        this.budget = budget;
    }

    /**
     * What is known of the message.
     *
     * @param sender its reverse-path
     * @param authentication what vouches for that
     * @param rejectable whether a rule would have refused it in session but for its mode, or the
     *     answer that came too late was there to be had
     */
    public record Facts(
            ReversePath sender, SenderAuthentication authentication, boolean rejectable) {}

    /**
     * Decides, and spends from the budget where the answer is {@link NoticeDecision.Send}.
     *
     * @param recipients those to whom this happened, at least one
     */
    public NoticeDecision decide(Facts facts, NoticeEvent event, List<Recipient> recipients) {
        Optional<NoticeDecision.Reason> objection = objection(facts, event, recipients);
        if (objection.isPresent()) {
            return no(event, objection.get());
        }
        if (!(facts.sender() instanceof ReversePath.Mailbox(EmailAddress sender))) {
            throw new IllegalStateException("a null reverse-path is objected to");
        }
        Optional<NoticeDecision.Reason> spentOut = budget.spend(sender);
        return spentOut.isPresent()
                ? no(event, spentOut.get())
                : new NoticeDecision.Send(asking(recipients, event));
    }

    /** Why nobody would be told, whatever the budgets; empty where somebody would. */
    public Optional<NoticeDecision.Reason> objection(
            Facts facts, NoticeEvent event, List<Recipient> recipients) {
        if (facts.sender().isNull()) {
            // RFC 5321, 6.1; RFC 3464, 2: never a notice about a notice
            return Optional.of(NoticeDecision.Reason.NULL_SENDER);
        }
        if (asking(recipients, event).isEmpty()) {
            return Optional.of(NoticeDecision.Reason.NOT_ASKED);
        }
        if (!switchedOn(event)) {
            return Optional.of(NoticeDecision.Reason.SWITCHED_OFF);
        }
        if (facts.authentication() == SenderAuthentication.NONE) {
            return Optional.of(NoticeDecision.Reason.UNAUTHENTICATED);
        }
        return facts.rejectable()
                ? Optional.of(NoticeDecision.Reason.REJECTABLE)
                : Optional.empty();
    }

    private static List<Recipient> asking(List<Recipient> recipients, NoticeEvent event) {
        return recipients.stream().filter(r -> asks(r, event)).toList();
    }

    /** Only a failure leaves something to hold; about the rest nobody loses by silence. */
    private static NoticeDecision no(NoticeEvent event, NoticeDecision.Reason reason) {
        return event == NoticeEvent.FAILED && reason != NoticeDecision.Reason.NOT_ASKED
                ? new NoticeDecision.Hold(reason)
                : new NoticeDecision.Silent(reason);
    }

    private boolean switchedOn(NoticeEvent event) {
        return switch (event) {
            case FAILED -> settings.get().failures();
            case DELAYED -> settings.get().delays();
            case DELIVERED, RELAYED -> settings.get().successes();
        };
    }

    private static boolean asks(Recipient recipient, NoticeEvent event) {
        Set<DsnNotify> notify = recipient.dsnNotify();
        if (notify.isEmpty()) {
            // RFC 3461, 4.1: without NOTIFY, failures are told, and delays may be
            return event == NoticeEvent.FAILED || event == NoticeEvent.DELAYED;
        }
        return notify.contains(event.condition());
    }
}
