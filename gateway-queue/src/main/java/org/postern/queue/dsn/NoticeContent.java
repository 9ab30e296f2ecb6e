package org.postern.queue.dsn;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.MessageSource;
import org.postern.core.mail.QueueId;

/**
 * What a notice says.
 *
 * @param event what happened
 * @param id queue id of the message that it is about
 * @param envelope that message's envelope; its reverse-path is a mailbox, and gets the notice
 * @param received when it was accepted
 * @param recipients to whom it happened, at least one
 * @param retryUntil until when it is tried, for a delay, or null
 * @param original the message as it was relayed or received
 */
public record NoticeContent(
        NoticeEvent event,
        QueueId id,
        Envelope envelope,
        Instant received,
        List<NoticedRecipient> recipients,
        @Nullable Instant retryUntil,
        MessageSource original) {
    public NoticeContent {
        recipients = List.copyOf(recipients);
        if (recipients.isEmpty()) {
            throw new IllegalArgumentException("a notice is about at least one recipient");
        }
        if (envelope.reversePath().isNull()) {
            throw new IllegalArgumentException("nobody is told about a notice (RFC 5321, 6.1)");
        }
    }
}
