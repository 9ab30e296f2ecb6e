package org.postern.smtp.session;

import java.util.Optional;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Recipient;
import org.postern.smtp.SessionEnd;

/**
 * One SMTP session as the gateway sees it. Syntax, sequence, size, limits, bare line ends and loops
 * have been dealt with by the protocol before a method here is called.
 *
 * <p>All methods are called on the session's own thread, one at a time, and may block. A runtime
 * exception thrown by one of them is answered 421 4.3.0 and ends the session; nothing is accepted.
 */
public interface Visit {
    /** Before the greeting. A refusal is sent in its place and the connection is closed. */
    Decision connect();

    /** EHLO or HELO with an argument of good form. May come several times. */
    Decision helo(Helo helo);

    /** MAIL of good form, when no transaction is open. Proceeding opens a transaction. */
    Decision mail(MailRequest mail);

    /**
     * RCPT of good form within a transaction. Proceeding adds the recipient. A refusal of 550 5.1.1
     * counts against {@code limits.unknown-recipients}.
     */
    Decision recipient(Recipient recipient);

    /**
     * Whether unknown recipients of this client do not count against {@code
     * limits.unknown-recipients}: what is known of it outweighs a session's count.
     */
    default boolean sparesUnknownRecipients() {
        return false;
    }

    /**
     * The transaction has at least one recipient and its first octet of content is about to come.
     * Exactly one of {@link ContentReceiver#finish} and {@link ContentReceiver#abort} is called on
     * what is returned; with either the transaction has ended, and {@link #reset} does not follow.
     */
    ContentReceiver content();

    /** A transaction that {@link #mail} opened has ended before its content. */
    void reset();

    /** The session is over. Called exactly once, last. */
    void close(SessionEnd end);

    /**
     * Where {@code RCPT TO:<Postmaster>} without a domain goes (RFC 5321, 4.1.1.3). Empty: to
     * postmaster at our own host name.
     */
    default Optional<EmailAddress> postmaster() {
        return Optional.empty();
    }

    /**
     * Our name in the greeting and in the reply to EHLO, pinned with everything else that the visit
     * holds, so that it is the one in Received too. Empty: the listener's.
     */
    default Optional<String> hostname() {
        return Optional.empty();
    }

    /**
     * Whether REQUIRETLS can be honoured on the way onward (RFC 8689, 4.1), so that it may be
     * offered inside TLS.
     */
    default boolean honoursRequireTls() {
        return false;
    }
}
