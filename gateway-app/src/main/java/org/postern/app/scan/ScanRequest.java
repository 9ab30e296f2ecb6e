package org.postern.app.scan;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.MessageSource;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.ReversePath;

/**
 * What a scanner is told of a message.
 *
 * @param content as it was received
 * @param id the queue id that it will have
 * @param client the client's true address
 * @param reverseName its confirmed name, or null
 * @param helo the name of HELO as given
 * @param sender the reverse-path
 * @param recipients the recipients
 */
public record ScanRequest(
        MessageSource content,
        QueueId id,
        InetAddress client,
        @Nullable String reverseName,
        String helo,
        ReversePath sender,
        List<EmailAddress> recipients) {
    public ScanRequest {
        recipients = List.copyOf(recipients);
    }
}
