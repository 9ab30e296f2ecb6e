package org.postern.core.lists;

import java.util.Optional;
import org.postern.core.net.Cidr;

/**
 * Entries that can be read and hardly mean what they say: a network that is a large part of the
 * internet, a star that was meant for everybody of a domain.
 */
public final class FarReaching {
    /** The widest network that is nothing to wonder at: an IPv4 /8, an IPv6 /16. */
    private static final int WIDE_IPV4 = 8;

    private static final int WIDE_IPV6 = 16;

    private FarReaching() {}

    /**
     * What is odd about an entry, for people; empty where nothing is.
     *
     * @param value as it stands in a list
     */
    public static Optional<String> of(ListKind kind, String value) {
        if (kind == ListKind.CLIENT) {
            return network(Cidr.parse(value));
        }
        if (value.startsWith("*@") || value.startsWith("\"*\"@")) {
            return Optional.of(
                    "a local part * is that one alone; everybody of a domain is \""
                            + value.substring(value.indexOf('@'))
                            + "\"");
        }
        return Optional.empty();
    }

    private static Optional<String> network(Cidr network) {
        boolean ipv4 = network.networkBytes().length == 4;
        if (network.prefix() >= (ipv4 ? WIDE_IPV4 : WIDE_IPV6)) {
            return Optional.empty();
        }
        String all = ipv4 ? " IPv4 address" : " IPv6 address";
        return Optional.of(
                network.prefix() == 0
                        ? "it is every" + all
                        : "it is one of " + (1 << network.prefix()) + " parts of all" + all + "es");
    }
}
