package org.postern.app.scan;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.auth.TrueClient;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.MessageSource;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.ReversePath;
import org.postern.smtp.session.TlsDetails;

/**
 * What a scanner is told of a message.
 *
 * @param content as it was received
 * @param id the queue id that it will have
 * @param client whose message it is
 * @param tls what the session is encrypted by, or null
 * @param sender the reverse-path
 * @param recipients the recipients as RCPT named them: per-user settings go by these
 */
public record ScanRequest(
        MessageSource content,
        QueueId id,
        TrueClient client,
        @Nullable TlsDetails tls,
        ReversePath sender,
        List<EmailAddress> recipients) {
    public ScanRequest {
        recipients = List.copyOf(recipients);
    }
}
