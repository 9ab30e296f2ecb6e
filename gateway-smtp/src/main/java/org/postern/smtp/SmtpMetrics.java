package org.postern.smtp;

/**
 * What the SMTP front counts. The application binds it to its meters; each method is called on many
 * threads, must not block and must not throw.
 */
public interface SmtpMetrics {
    /** Counts nothing. */
    SmtpMetrics NONE = new SmtpMetrics() {};

    /** A connection was accepted ({@code smtp_connections} up). */
    default void connectionOpened() {}

    /** A connection was closed ({@code smtp_connections} down). */
    default void connectionClosed() {}

    /** A session ended ({@code smtp_sessions_total{outcome}}). Called once for each connection. */
    default void sessionEnded(SessionEnd outcome) {}

    /**
     * A reply was given ({@code smtp_replies_total{command,code}}).
     *
     * @param command a known verb in upper case, or one of {@code CONNECT} (greeting), {@code
     *     CONTENT} (after the content), {@code UNKNOWN} (no such verb), {@code CLOSE} (unasked 421)
     * @param code the reply code
     */
    default void replied(String command, int code) {}

    /** A limit was reached ({@code smtp_limit_hits_total{limit}}). */
    default void limitHit(NamedLimit limit) {}

    /**
     * A TLS handshake ended ({@code smtp_tls_handshakes_total{version}}).
     *
     * @param version such as {@code TLSv1.3}, or {@code failed}
     */
    default void tlsHandshake(String version) {}

    /** Accepting a connection failed, by want of file descriptors for example. */
    default void acceptFailed() {}
}
