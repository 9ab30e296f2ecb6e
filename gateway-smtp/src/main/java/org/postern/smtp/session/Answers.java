package org.postern.smtp.session;

import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.Limits;
import org.postern.core.reply.EnhancedStatus;
import org.postern.core.reply.SmtpReply;
import org.postern.smtp.NamedLimit;
import org.postern.smtp.SessionEnd;
import org.postern.smtp.SmtpMetrics;

/**
 * Gives the replies of one session and counts what was wrong, until there is too much of it. Each
 * method returns how the session ends, or null while it goes on. Session's thread only.
 */
final class Answers {
    private static final EnhancedStatus UNKNOWN_MAILBOX = new EnhancedStatus(5, 1, 1);

    private final SessionIo io;
    private final Limits limits;
    private final SmtpMetrics metrics;
    private int errors;
    private int unknownRecipients;

    Answers(SessionIo io, Limits limits, SmtpMetrics metrics) {
        this.io = io;
        this.limits = limits;
        this.metrics = metrics;
    }

    /** Answers, and goes on. */
    @Nullable SessionEnd say(String verb, SmtpReply reply) throws IOException {
        io.reply(verb, reply);
        return null;
    }

    /** Answers; 5yz counts against {@code limits.errors}. */
    @Nullable SessionEnd error(String verb, SmtpReply reply) throws IOException {
        io.reply(verb, reply);
        if (reply.code() == 421) {
            return SessionEnd.REFUSED;
        }
        if (reply.isPermanent()) {
            errors++;
            if (limits.errors() > 0 && errors >= limits.errors()) {
                return exceeded(NamedLimit.ERRORS, Replies.TOO_MANY_ERRORS);
            }
        }
        return null;
    }

    /** Applies a decision; the positive reply is ours. */
    @Nullable SessionEnd decided(String verb, Decision decision, SmtpReply positive)
            throws IOException {
        return switch (decision) {
            case Decision.Proceed ignored -> {
                io.reply(verb, positive);
                yield null;
            }
            case Decision.Refuse refusal -> error(verb, refusal.reply());
            case Decision.Disconnect refusal -> {
                io.reply(verb, refusal.reply());
                yield SessionEnd.REFUSED;
            }
        };
    }

    /** A limit was broken for good: last reply and end. */
    SessionEnd exceeded(NamedLimit which, SmtpReply reply) throws IOException {
        metrics.limitHit(which);
        io.reply("CLOSE", reply);
        return SessionEnd.LIMIT;
    }

    /**
     * A refused recipient: unknown ones have a limit of their own and are no errors.
     *
     * @param spared says whether the limit is not for this client; asked once it is reached
     */
    @Nullable SessionEnd refusedRecipient(SmtpReply reply, BooleanSupplier spared)
            throws IOException {
        if (!reply.isPermanent() || !UNKNOWN_MAILBOX.equals(reply.status())) {
            return error("RCPT", reply);
        }
        io.reply("RCPT", reply);
        unknownRecipients++;
        if (limits.unknownRecipients() > 0
                && unknownRecipients >= limits.unknownRecipients()
                && !spared.getAsBoolean()) {
            return exceeded(NamedLimit.UNKNOWN_RECIPIENTS, Replies.TOO_MANY_UNKNOWN);
        }
        return null;
    }

    /** A limit was reached without ending anything. */
    void hit(NamedLimit limit) {
        metrics.limitHit(limit);
    }
}
