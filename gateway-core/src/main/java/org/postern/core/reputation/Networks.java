package org.postern.core.reputation;

import java.net.InetAddress;
import org.postern.core.net.Cidr;

/** The network that stands for a client: whoever has one address of it can have the others. */
public final class Networks {
    private static final int IPV4 = 24;
    private static final int IPV4_HOST = 32;
    private static final int IPV6 = 64;
    private static final int IPV6_SITE = 48;

    private Networks() {}

    /** The client alone, as a network. */
    public static Cidr alone(InetAddress client) {
        return Cidr.of(client, client.getAddress().length * 8);
    }

    /** What one host can take any address of: itself (IPv4) or its /64 (IPv6). */
    public static Cidr host(InetAddress client) {
        return client.getAddress().length == 4 ? alone(client) : Cidr.of(client, IPV6);
    }

    /** What one site can take any host of: the /24 (IPv4) or the /48 (IPv6). */
    public static Cidr site(InetAddress client) {
        return Cidr.of(client, client.getAddress().length == 4 ? IPV4 : IPV6_SITE);
    }

    /** The same of a network that is no larger: of an IPv6 /64 its /48. */
    static Cidr site(Cidr network) {
        return network.within(network.isIpv4() ? IPV4 : IPV6_SITE);
    }

    /** Whether a network is a client, as {@link #host} or {@link #alone} has it. */
    public static boolean isOneClient(Cidr network) {
        int least = network.isIpv4() ? IPV4_HOST : IPV6;
        return network.prefix() >= least;
    }
}
