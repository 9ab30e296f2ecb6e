package org.postern.app.frontdoor;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.postern.core.config.ListenerConfig;
import org.postern.core.config.PosternConfig;
import org.postern.core.net.Ip;

/** Where this machine itself finds the gateway's listeners. */
public final class FrontDoor {
    private FrontDoor() {}

    /** The first listener that speaks before TLS; empty where all begin with TLS at once. */
    public static Optional<InetSocketAddress> of(PosternConfig config) {
        return config.listeners().stream()
                .filter(l -> l.tls() != ListenerConfig.Tls.IMPLICIT)
                .findFirst()
                .map(FrontDoor::address);
    }

    /** A listener's address as this machine reaches it: loopback where it listens everywhere. */
    public static InetSocketAddress address(ListenerConfig listener) {
        InetAddress host = listener.address();
        if (host.isAnyLocalAddress()) {
            host = Ip.parse(host.getAddress().length == 4 ? "127.0.0.1" : "::1");
        }
        return new InetSocketAddress(host, listener.port());
    }
}
