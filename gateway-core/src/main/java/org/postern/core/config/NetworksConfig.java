package org.postern.core.config;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.postern.core.net.Cidr;

/**
 * Section {@code networks}: who is who around the gateway.
 *
 * @param internal our own clients
 * @param trustedRelays hosts whose Received hop names the true client
 * @param loadBalancers hosts that must, and alone may, send a PROXY header
 * @param publicNetworks {@code public}: private-looking networks whose clients are what they seem
 * @param secondary internal ranges and the public address each is known by
 */
public record NetworksConfig(
        List<Cidr> internal,
        List<Cidr> trustedRelays,
        List<Cidr> loadBalancers,
        List<Cidr> publicNetworks,
        Map<Cidr, InetAddress> secondary) {
    public NetworksConfig {
        internal = List.copyOf(internal);
        trustedRelays = List.copyOf(trustedRelays);
        loadBalancers = List.copyOf(loadBalancers);
        publicNetworks = List.copyOf(publicNetworks);
        secondary = Map.copyOf(secondary);
    }

    /** Nobody in particular. */
    public static final NetworksConfig NONE =
            new NetworksConfig(List.of(), List.of(), List.of(), List.of(), Map.of());
}
