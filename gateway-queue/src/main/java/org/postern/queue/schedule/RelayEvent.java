package org.postern.queue.schedule;

import java.time.Duration;
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
 * @param downstream name of the downstream
 * @param attempt number of the attempt, from 1
 * @param took how long the attempt took
 * @param maybeDelivered whether the final reply was lost: the next attempt may make a duplicate
 * @param retryAfter wait before the next attempt, zero unless deferred
 */
public record RelayEvent(
        QueueEntry entry,
        Recipient recipient,
        Outcome outcome,
        SmtpReply reply,
        String downstream,
        int attempt,
        Duration took,
        boolean maybeDelivered,
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
}
