package org.postern.core.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;

/** Networks from which and to which no mail crosses the internet (RFC 6890). */
public final class SpecialNetworks {
    private static final List<Cidr> NOT_PUBLIC =
            List.of(
                    Cidr.parse("0.0.0.0/8"),
                    Cidr.parse("10.0.0.0/8"),
                    Cidr.parse("100.64.0.0/10"), // RFC 6598
                    Cidr.parse("127.0.0.0/8"),
                    Cidr.parse("169.254.0.0/16"), // RFC 3927
                    Cidr.parse("172.16.0.0/12"), // RFC 1918
                    Cidr.parse("192.168.0.0/16"),
                    Cidr.parse("224.0.0.0/4"),
                    Cidr.parse("240.0.0.0/4"),
                    Cidr.parse("::/128"),
                    Cidr.parse("::1/128"),
                    Cidr.parse("fc00::/7"), // RFC 4193
                    Cidr.parse("fe80::/10"),
                    Cidr.parse("fec0::/10"),
                    Cidr.parse("ff00::/8"));

    private SpecialNetworks() {}

    /** Whether an address can be a host's on the internet. */
    public static boolean isPublic(InetAddress address) {
        if (address instanceof Inet6Address six && six.isIPv4CompatibleAddress()) {
            return false; // RFC 4291, 2.5.5.1
        }
        return NOT_PUBLIC.stream().noneMatch(n -> n.contains(address));
    }
}
