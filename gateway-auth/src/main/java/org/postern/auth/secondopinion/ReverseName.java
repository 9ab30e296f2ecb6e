package org.postern.auth.secondopinion;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import org.postern.auth.dns.DnsName;

/** The address that a name in the reverse tree stands for. */
final class ReverseName {
    private ReverseName() {}

    /** The address, or null if the name stands for none. */
    static @Nullable InetAddress address(DnsName name) {
        String[] labels = name.octets().split("\\.", -1);
        int count = labels.length - 2;
        boolean v4 = name.octets().endsWith(".in-addr.arpa") && count == 4;
        boolean v6 = name.octets().endsWith(".ip6.arpa") && count == 32;
        if (!v4 && !v6) {
            return null;
        }
        byte[] octets = new byte[v4 ? 4 : 16];
        try {
            for (int i = 0; i < octets.length; i++) {
                octets[i] =
                        v4
                                ? (byte) Integer.parseInt(labels[3 - i])
                                : (byte)
                                        Integer.parseInt(
                                                labels[31 - 2 * i] + labels[30 - 2 * i], 16);
            }
            return InetAddress.getByAddress(octets);
        } catch (NumberFormatException | UnknownHostException e) {
            return null; // a name of the right shape that is no address
        }
    }
}
