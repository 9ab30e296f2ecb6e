package org.postern.smtp.session;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Optional;

/**
 * The connection that a session runs on. The addresses are settled before anybody sees it; TLS may
 * begin later. Read on the session's thread.
 */
public interface ClientConnection {
    /** The true client: from the PROXY header or XCLIENT of a listed host, else the socket's. */
    InetSocketAddress client();

    /** The other end of the socket: the client itself, or a listed balancer or relay. */
    InetSocketAddress peer();

    /** Our end, as the client addressed it (the PROXY header's destination where there is one). */
    InetSocketAddress local();

    /** When the connection was accepted, by the wall clock. */
    Instant connected();

    /** TLS as it is now; empty while the session is in plain text. */
    Optional<TlsDetails> tls();

    /**
     * The word after {@code with} in Received, as the session stands now: SMTP, ESMTP, ESMTPS (RFC
     * 3848), UTF8SMTP or UTF8SMTPS for a transaction with SMTPUTF8 (RFC 6531, 4.3).
     */
    String protocol();

    /** The name that a listed relay gave for the client by XCLIENT NAME=; empty otherwise. */
    default Optional<String> claimedName() {
        return Optional.empty();
    }
}
