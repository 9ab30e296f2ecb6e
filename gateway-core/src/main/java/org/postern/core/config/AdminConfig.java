package org.postern.core.config;

import java.net.InetAddress;

/**
 * Section {@code admin}: the HTTP listener for metrics, health and commands.
 *
 * @param address local address, loopback unless told otherwise
 * @param port port (0: any free port, for tests)
 */
public record AdminConfig(InetAddress address, int port) {
    /** The port where the file says nothing. */
    public static final int DEFAULT_PORT = 8025;

    static AdminConfig defaults() {
        return new AdminConfig(Keys.ADMIN_ADDRESS.fallbackValue(), DEFAULT_PORT);
    }

    static AdminConfig read(Section s) {
        return new AdminConfig(s.orDefault(Keys.ADMIN_ADDRESS), s.orDefault(Keys.ADMIN_PORT));
    }
}
