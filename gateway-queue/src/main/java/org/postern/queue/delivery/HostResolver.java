package org.postern.queue.delivery;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Finds the addresses of a downstream's host, in the order in which they are to be tried. */
@FunctionalInterface
public interface HostResolver {
    /**
     * Looks a host up. May block.
     *
     * @param host a name, or an address as text
     * @return at least one address
     * @throws UnknownHostException if there is none, or nobody could be asked; both defer
     */
    List<InetAddress> addresses(String host) throws UnknownHostException;

    /**
     * The machine's own resolver: hosts file, search list and all, because a downstream is named by
     * the administrator of this machine ({@code localhost}, a container's name), not by a sender.
     */
    static HostResolver system() {
        return host -> List.of(InetAddress.getAllByName(host));
    }
}
