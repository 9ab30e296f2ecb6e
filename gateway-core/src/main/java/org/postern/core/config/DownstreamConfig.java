package org.postern.core.config;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where accepted mail goes, an entry of {@code downstreams} or a URI given with a domain.
 *
 * @param name its name in status, metrics and logs; a URI given directly is its own name
 * @param target the place
 * @param tls whether the relay uses TLS; ignored for unix sockets and Maildirs
 * @param connections deliveries at once, at least 1
 * @param timeout longest wait for one reply
 */
public record DownstreamConfig(
        String name, Target target, Tls tls, int connections, Duration timeout) {
    /** Deliveries at once where the file says nothing. */
    public static final int DEFAULT_CONNECTIONS = 20;

    /** Longest wait for a reply where the file says nothing. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(5);

    /** The place that a downstream URI names. */
    public sealed interface Target {
        /**
         * {@code lmtp://host:port} (RFC 2033).
         *
         * @param host name or address
         * @param port 1 to 65535
         */
        record Lmtp(String host, int port) implements Target {}

        /**
         * {@code lmtp+unix:///path}.
         *
         * @param socket absolute path of the socket
         */
        record LmtpUnix(Path socket) implements Target {}

        /**
         * {@code smtp://host:port}, or {@code smtps://host:port} with TLS from the first octet.
         *
         * @param host name or address
         * @param port 1 to 65535
         * @param implicitTls whether TLS begins at once
         */
        record Smtp(String host, int port, boolean implicitTls) implements Target {}

        /**
         * {@code maildir:///path}: one Maildir for all recipients.
         *
         * @param directory absolute path; cur, new and tmp are made when missing
         */
        record Maildir(Path directory) implements Target {}
    }

    /** Whether STARTTLS is used towards a downstream. */
    public enum Tls {
        /** Never. */
        NONE,
        /** Where it is offered; a certificate is not verified. */
        OPPORTUNISTIC,
        /** Always, verified; otherwise delivery is deferred. */
        REQUIRED
    }
}
