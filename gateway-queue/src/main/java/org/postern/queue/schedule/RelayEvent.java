package org.postern.queue.schedule;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.Recipient;
import org.postern.core.reply.SmtpReply;
import org.postern.queue.spool.QueueEntry;

/**
 * What became of one recipient in one attempt, told after it is durable.
 *
 * @param entry the entry as it was before the attempt
 * @param recipient who
 * @param outcome what
 * @param reply the downstream's reply, or ours
 * @param ours whether it is ours, with names that are nobody's matter outside
 * @param downstream name of the downstream
 * @param attempt number of the attempt, from 1
 * @param took how long the attempt took
 * @param via who was spoken to, and how
 * @param duplicate why there may be, or may come to be, a second copy; empty where there is none
 * @param retryAfter wait before the next attempt, zero unless deferred
 */
public record RelayEvent(
        QueueEntry entry,
        Recipient recipient,
        Outcome outcome,
        SmtpReply reply,
        boolean ours,
        String downstream,
        int attempt,
        Duration took,
        Via via,
        String duplicate,
        Duration retryAfter) {
    /** What became of the recipient. */
    public enum Outcome {
        /** The downstream has it. */
        DELIVERED,
        /** Is tried again. */
        DEFERRED,
        /** Refused for good; the entry is held. */
        FAILED,
        /** Deferred for too long; the entry is held. */
        EXPIRED
    }

    /**
     * The way of an attempt.
     *
     * @param peer who was spoken to, the downstream's name where nobody was reached
     * @param tls protocol and cipher, or null where it was plain
     * @param trouble where the attempt as a whole broke off, in words such as {@code connecting},
     *     empty where the downstream answered for each recipient
     * @param handover what a delivery is worth
     */
    public record Via(String peer, @Nullable String tls, String trouble, Handover handover) {
        /** No way: nobody was spoken to. */
        static Via nowhere(String name) {
            return new Via(name, null, "", Handover.RELAYED);
        }
    }

    /** What it means that the downstream took a message. */
    public enum Handover {
        /** It is in its mailbox. */
        STORED,
        /** Somebody has it who tells the sender nothing (RFC 3461, 5.2.2). */
        RELAYED,
        /** Somebody has it who does what the sender asked for (RFC 3461, 5.2.1). */
        RELAYED_WITH_DSN
    }

    /** Whether the next attempt may make a duplicate, as the last reply was lost. */
    public boolean maybeDelivered() {
        return outcome == Outcome.DEFERRED && !duplicate.isEmpty();
    }
}
