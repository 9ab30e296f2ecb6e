package org.postern.core.config;

import java.net.InetAddress;

/**
 * One address that the gateway listens on, an entry of {@code listeners}.
 *
 * @param address the local address
 * @param port the port, 1 to 65535 (0: any free port, for tests)
 * @param tls when TLS begins
 * @param backlog {@code backlog}: connections that the kernel holds before accept, at least 1,024
 */
public record ListenerConfig(InetAddress address, int port, Tls tls, int backlog) {
    /** The smallest and default listen backlog: shorter ones lose connections in a burst. */
    public static final int DEFAULT_BACKLOG = 1_024;

    /** When TLS begins on a listener. */
    public enum Tls {
        /** By STARTTLS where a certificate is configured (RFC 3207). */
        STARTTLS,
        /** At once (RFC 8314, 3). */
        IMPLICIT,
        /** Never offered. */
        NONE
    }
}
