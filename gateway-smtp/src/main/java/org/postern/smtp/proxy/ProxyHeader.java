package org.postern.smtp.proxy;

import java.net.InetSocketAddress;

/** What a PROXY header says. */
public sealed interface ProxyHeader {
    /**
     * The balancer speaks for a client.
     *
     * @param source the true client
     * @param destination where the client connected to
     */
    record Proxied(InetSocketAddress source, InetSocketAddress destination)
            implements ProxyHeader {}

    /**
     * The balancer speaks for itself (a health check), or for somebody whose address it does not
     * know: the addresses of the socket hold.
     */
    enum Local implements ProxyHeader {
        /** The only one. */
        INSTANCE
    }

    /**
     * No good header.
     *
     * @param reason one line of printable ASCII
     */
    record Invalid(String reason) implements ProxyHeader {}
}
