package org.postern.core.config;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.EmailAddress;

/**
 * Section {@code probe}: messages through the front door, again and again.
 *
 * @param every {@code every}: how often
 * @param timeout {@code timeout}: for each message, from the connection to its arrival
 * @param address {@code address}: where to connect, not resolved; null: the first listener that
 *     speaks before TLS
 * @param recipient {@code recipient}: who gets the good message
 * @param sender {@code sender} of the good message, or null for the null reverse-path
 * @param expect {@code expect}: results that the good message must have
 * @param forgedAuthor {@code forged-author} of the message that must be refused, or null for none
 * @param mailbox {@code imap}: where the good message is looked for, or null to follow it to the
 *     downstream's reply
 */
public record ProbeConfig(
        Duration every,
        Duration timeout,
        @Nullable InetSocketAddress address,
        EmailAddress recipient,
        @Nullable EmailAddress sender,
        List<Expectation> expect,
        @Nullable EmailAddress forgedAuthor,
        @Nullable Mailbox mailbox) {
    public ProbeConfig {
        expect = List.copyOf(expect);
    }

    /**
     * One result of Authentication-Results (RFC 8601, 2.2).
     *
     * @param method such as {@code dmarc}
     * @param result such as {@code pass}
     */
    public record Expectation(String method, String result) {
        @Override
        public String toString() {
            return method + "=" + result;
        }
    }

    /**
     * An IMAP mailbox (RFC 9051).
     *
     * @param host name or address
     * @param port 1 to 65535
     * @param tls whether TLS begins at once (imaps:)
     * @param user who logs in
     * @param password its password
     */
    public record Mailbox(String host, int port, boolean tls, String user, Secret password) {}
}
