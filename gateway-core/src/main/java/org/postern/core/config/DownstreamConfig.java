package org.postern.core.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Where accepted mail goes, an entry of {@code downstreams} or a URI given with a domain.
 *
 * @param name its name in status, metrics and logs; a URI given directly is its own name
 * @param target the place
 * @param tls whether the relay uses TLS; ignored for unix sockets and Maildirs
 * @param connections deliveries at once, at least 1
 * @param timeout longest wait for one reply
 * @param trust how TLS is verified where it is required
 * @param mx whether the host of an SMTP target is a domain, whose MX hosts are meant
 * @param xclient whether the client's address is given as our own where the downstream accepts
 *     XCLIENT, so that its rules see that client
 */
public record DownstreamConfig(
        String name,
        Target target,
        Tls tls,
        int connections,
        Duration timeout,
        Trust trust,
        boolean mx,
        boolean xclient) {
    /** A downstream verified by the machine's own certification authorities; no MX, no XCLIENT. */
    public DownstreamConfig(
            String name, Target target, Tls tls, int connections, Duration timeout) {
        this(name, target, tls, connections, timeout, new Trust.SystemRoots(), false, false);
    }

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

    /** Who says that a certificate is the downstream's. */
    public sealed interface Trust {
        /** The machine's certification authorities, and the host's name in the certificate. */
        record SystemRoots() implements Trust {}

        /**
         * One's own certification authority, and the host's name in the certificate.
         *
         * @param pem file of one or more certificates
         */
        record CaFile(Path pem) implements Trust {}

        /**
         * The downstream's public key itself; neither name nor validity of the certificate matter.
         *
         * @param sha256 SHA-256 of the key (SubjectPublicKeyInfo), each 64 lower-case hex digits
         */
        record Pins(List<String> sha256) implements Trust {
            public Pins {
                sha256 = List.copyOf(sha256);
            }
        }

        /**
         * TLSA records from a resolver that validates (RFC 7672); without any, the machine's
         * certification authorities.
         */
        record Dane() implements Trust {}
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
