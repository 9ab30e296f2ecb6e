package org.postern.queue.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.postern.core.reply.SmtpReply;

/** What a reply of the downstream means for a recipient. */
final class Replies {
    /** The longest text of a reply that is kept with an attempt, all lines. */
    private static final int MAX_KEPT = 1_000;

    /**
     * 5yz codes that speak of our session and not of the message: bad sequence, not implemented,
     * log in first. A misconfigured downstream would otherwise bounce everything.
     */
    private static final Set<Integer> ABOUT_THE_SESSION =
            Set.of(500, 502, 503, 521, 530, 534, 535, 538);

    private Replies() {}

    /** The outcome of a 4yz or 5yz reply; anything else is no answer and defers. */
    static RecipientOutcome refusal(SmtpReply reply, Step step, String peer) {
        if (reply.isTransient()) {
            return new RecipientOutcome.Deferred(kept(reply));
        }
        if (reply.isPermanent()) {
            return ABOUT_THE_SESSION.contains(reply.code())
                    ? new RecipientOutcome.Deferred(kept(reply))
                    : new RecipientOutcome.Failed(kept(reply));
        }
        return wrongCode(reply, step, peer);
    }

    /** The deferral for a code that has no place at this step. */
    static RecipientOutcome wrongCode(SmtpReply reply, Step step, String peer) {
        return Outcomes.deferred(
                "4.5.0", peer + " answered out of turn while " + step.words() + ": " + reply);
    }

    /** The deferral for a connection that broke. */
    static RecipientOutcome.Deferred broken(
            WireException e, Step step, String peer, boolean maybeDelivered) {
        String what =
                switch (e.kind()) {
                    case TIMEOUT -> "timed out with ";
                    case LOST -> "lost connection with ";
                    case PROTOCOL -> "cannot understand ";
                };
        return new RecipientOutcome.Deferred(
                Outcomes.reply(
                        451,
                        e.kind().status(),
                        what + peer + " while " + step.words() + ": " + e.words()),
                false,
                maybeDelivered);
    }

    /** Whether RCPT was refused only because there were too many before it. */
    static boolean tooManyRecipients(SmtpReply reply) {
        // RFC 5321, 4.5.3.1.10: 452, and 552 of old servers; full mailboxes use the same codes
        // with an enhanced status of their own
        boolean code = reply.code() == 452 || reply.code() == 552;
        return code
                && (reply.status() == null
                        || (reply.status().subject() == 5 && reply.status().detail() == 3));
    }

    /** The reply cut to what is worth keeping. */
    static SmtpReply kept(SmtpReply reply) {
        int length = 0;
        for (String line : reply.lines()) {
            length += line.length();
        }
        if (length <= MAX_KEPT && reply.lines().size() <= 20) {
            return reply;
        }
        List<String> lines = new ArrayList<>();
        int room = MAX_KEPT;
        for (String line : reply.lines()) {
            if (room <= 0 || lines.size() == 20) {
                break;
            }
            lines.add(line.substring(0, Math.min(line.length(), room)));
            room -= line.length();
        }
        return new SmtpReply(reply.code(), reply.status(), lines);
    }
}
