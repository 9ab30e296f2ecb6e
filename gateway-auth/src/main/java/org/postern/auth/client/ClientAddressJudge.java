package org.postern.auth.client;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postern.auth.header.HeaderField;
import org.postern.auth.header.HeaderSection;
import org.postern.core.config.NetworksConfig;
import org.postern.core.net.Cidr;
import org.postern.core.net.Ip;
import org.postern.core.net.SpecialNetworks;

/**
 * Says whose address SPF and iprev look at. Loopback, link-local, private, carrier-grade NAT and
 * our own addresses are nobody's out there, unless {@code networks} says otherwise; networks for
 * documentation and benchmarks are ordinary ones. Immutable.
 */
public final class ClientAddressJudge {
    private static final String SEE =
            "; see networks: load-balancers, trusted-relays, secondary, public";

    /** Received fields of trusted relays that are followed. */
    private static final int MAX_HOPS = 20;

    private final NetworksConfig networks;
    private final Set<InetAddress> own;

    /** A judge for these networks; {@code own} are the addresses we listen on. */
    public ClientAddressJudge(NetworksConfig networks, Set<InetAddress> own) {
        this.networks = networks;
        this.own = Set.copyOf(own);
    }

    /**
     * The client of a connection, after any PROXY header.
     *
     * @param local our end of it, which is one of our own addresses too (a listener may listen on
     *     all that the host has), or null where it is not known
     */
    public ClientAddress connection(InetAddress client, @Nullable InetAddress local, String helo) {
        if (lies(client, networks.trustedRelays())) {
            return new ClientAddress.BehindRelay(
                    client, Ip.text(client) + " is a trusted relay; its Received field tells");
        }
        return judge(client, local, helo, "the client is " + Ip.text(client));
    }

    /** The client behind a trusted relay, by the Received fields on top of its message. */
    public ClientAddress behind(ClientAddress.BehindRelay relay, HeaderSection header) {
        InetAddress last = relay.address();
        int hops = 0;
        for (HeaderField field : header.fields("received")) {
            ReceivedHop hop = hops++ < MAX_HOPS ? ReceivedHop.parse(field.rawValue()) : null;
            if (hop == null) {
                return new ClientAddress.Implausible(
                        last,
                        "the Received field of the trusted relay "
                                + Ip.text(last)
                                + " names no client address that can be read");
            }
            if (!lies(hop.address(), networks.trustedRelays())) {
                return judge(
                        hop.address(),
                        null,
                        hop.helo(),
                        "the trusted relay "
                                + Ip.text(last)
                                + " took the message from "
                                + Ip.text(hop.address()));
            }
            last = hop.address();
        }
        return new ClientAddress.Implausible(
                last,
                "no Received field below the trusted relay "
                        + Ip.text(last)
                        + " names the true client");
    }

    private ClientAddress judge(
            InetAddress address, @Nullable InetAddress local, String helo, String explanation) {
        InetAddress known = knownAs(address);
        if (known != null) {
            return new ClientAddress.Known(
                    known,
                    helo,
                    explanation + ", known as " + Ip.text(known) + " (networks.secondary)");
        }
        if (lies(address, networks.publicNetworks())) {
            return new ClientAddress.Known(address, helo, explanation + " (networks.public)");
        }
        String why = whyNot(address, local);
        return why == null
                ? new ClientAddress.Known(address, helo, explanation)
                : new ClientAddress.Implausible(address, explanation + ", " + why);
    }

    private @Nullable String whyNot(InetAddress address, @Nullable InetAddress local) {
        if (own.contains(address) || address.equals(local)) {
            return "which is our own address" + SEE;
        }
        if (lies(address, networks.loadBalancers())) {
            return "a load balancer that did not say for whom it speaks";
        }
        if (isNotPublic(address)) {
            return "which no sender out there has" + SEE;
        }
        return null;
    }

    /** The public address that an internal range is known by; the narrowest range counts. */
    private @Nullable InetAddress knownAs(InetAddress address) {
        Map.@Nullable Entry<Cidr, InetAddress> best = null;
        for (Map.Entry<Cidr, InetAddress> entry : networks.secondary().entrySet()) {
            if (entry.getKey().contains(address)
                    && (best == null || entry.getKey().prefix() > best.getKey().prefix())) {
                best = entry;
            }
        }
        return best == null ? null : best.getValue();
    }

    /** Whether no host on the internet has this address (RFC 6890). */
    public static boolean isNotPublic(InetAddress address) {
        return !SpecialNetworks.isPublic(address);
    }

    private static boolean lies(InetAddress address, List<Cidr> networks) {
        for (Cidr network : networks) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }
}
