package org.postern.app.frontdoor;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.postern.core.config.ListenerConfig;
import org.postern.core.config.PosternConfig;
import org.postern.core.net.Ip;

/**
 * A listener as this machine reaches it.
 *
 * @param address where it listens; loopback where it listens everywhere
 * @param expectsProxy whether this machine is among {@code networks.load-balancers}, so that the
 *     listener waits for a PROXY header first
 */
public record FrontDoor(InetSocketAddress address, boolean expectsProxy) {
    /** The first listener that speaks before TLS; empty where all begin with TLS at once. */
    public static Optional<FrontDoor> of(PosternConfig config) {
        return config.listeners().stream()
                .filter(l -> l.tls() != ListenerConfig.Tls.IMPLICIT)
                .findFirst()
                .map(listener -> of(config, listener));
    }

    /** One of its listeners. */
    public static FrontDoor of(PosternConfig config, ListenerConfig listener) {
        InetAddress host = listener.address();
        if (host.isAnyLocalAddress()) {
            host = Ip.parse(host.getAddress().length == 4 ? "127.0.0.1" : "::1");
        }
        InetAddress ours = host; // who connects to an address of its own machine comes from there
        return new FrontDoor(
                new InetSocketAddress(host, listener.port()),
                config.networks().loadBalancers().stream().anyMatch(b -> b.contains(ours)));
    }

    /** A listener that somebody has named, which takes this machine for any client. */
    public static FrontDoor elsewhere(InetSocketAddress address) {
        return new FrontDoor(address, false);
    }
}
