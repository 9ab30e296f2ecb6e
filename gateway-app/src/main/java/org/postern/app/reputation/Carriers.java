package org.postern.app.reputation;

import java.net.InetAddress;
import java.util.List;
import org.postern.auth.client.ClientAddressJudge;
import org.postern.core.config.NetworksConfig;
import org.postern.core.net.Cidr;

/**
 * Whose address stands for others' mail: relays and balancers of our own, and what no host on the
 * internet has unless {@code networks.public} or {@code networks.internal} says that it is what it
 * seems, such as a container's bridge or a balancer that nobody has named. What comes from there
 * says nothing about the address: nothing is learned for or against it.
 */
public final class Carriers {
    private Carriers() {}

    /** Whether mail from this address may be anybody's. */
    public static boolean isCarrier(NetworksConfig networks, InetAddress client) {
        if (lies(client, networks.publicNetworks())) {
            return false;
        }
        return lies(client, networks.trustedRelays())
                || lies(client, networks.loadBalancers())
                || (ClientAddressJudge.isNotPublic(client) && !lies(client, networks.internal()));
    }

    private static boolean lies(InetAddress client, List<Cidr> networks) {
        for (Cidr network : networks) {
            if (network.contains(client)) {
                return true;
            }
        }
        return false;
    }
}
