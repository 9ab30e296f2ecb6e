package org.postern.core.reputation;

import java.net.InetAddress;
import org.postern.core.net.Cidr;

/** The network that stands for a client: whoever has one address of it can have the others. */
public final class Networks {
    private static final int IPV4 = 24;
    private static final int IPV6 = 64;

    private Networks() {}

    /** Its /24 (IPv4) or /64 (IPv6). */
    public static Cidr of(InetAddress client) {
        return Cidr.of(client, client.getAddress().length == 4 ? IPV4 : IPV6);
    }

    /** The client alone, as a network. */
    public static Cidr alone(InetAddress client) {
        return Cidr.of(client, client.getAddress().length * 8);
    }
}
