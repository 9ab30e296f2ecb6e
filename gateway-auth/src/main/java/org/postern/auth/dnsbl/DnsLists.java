package org.postern.auth.dnsbl;

import java.net.InetAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.auth.client.ClientAddress;
import org.postern.auth.client.ClientAddressJudge;
import org.postern.auth.dns.DnsClient;
import org.postern.core.config.DnsblConfig;
import org.postern.core.config.NetworksConfig;
import org.postern.core.time.TimeSource;

/**
 * The lists of one configuration. Thread-safe; the {@link DnsblCheck} it hands out belongs to a
 * session's thread.
 */
public final class DnsLists {
    private final DnsblConfig config;
    private final NetworksConfig networks;
    private final ClientAddressJudge judge;
    private final DnsClient dns;
    private final ListWatch watch;
    private final DnsblListener listener;
    private final TimeSource time;

    /**
     * The lists of a configuration.
     *
     * @param networks whose clients are asked about
     * @param judge says whose address a connection's is
     * @param dns the resolver's cache
     * @param watch which lists may be believed
     */
    public DnsLists(
            DnsblConfig config,
            NetworksConfig networks,
            ClientAddressJudge judge,
            DnsClient dns,
            ListWatch watch,
            DnsblListener listener,
            TimeSource time) {
        this.config = config;
        this.networks = networks;
        this.judge = judge;
        this.dns = dns;
        this.watch = watch;
        this.listener = listener;
        this.time = time;
    }

    /**
     * Begins asking about a client, in the background.
     *
     * @param client its true address
     * @param local our end of the connection, or null where it is not known
     * @return empty where no list is configured
     */
    public Optional<DnsblCheck> begin(InetAddress client, @Nullable InetAddress local) {
        return config.lists().isEmpty()
                ? Optional.empty()
                : Optional.of(new DnsblCheck(this, asked(client, local)));
    }

    /**
     * The address to ask about: none for our own clients, relays, and what nobody out there has.
     */
    private Optional<InetAddress> asked(InetAddress client, @Nullable InetAddress local) {
        if (networks.internal().stream().anyMatch(n -> n.contains(client))) {
            return Optional.empty();
        }
        return switch (judge.connection(client, local, "")) {
            case ClientAddress.Known known -> Optional.of(known.address());
            case ClientAddress.BehindRelay relay -> Optional.empty();
            case ClientAddress.Implausible nobody -> Optional.empty();
        };
    }

    DnsblConfig config() {
        return config;
    }

    DnsClient dns() {
        return dns;
    }

    ListWatch watch() {
        return watch;
    }

    DnsblListener listener() {
        return listener;
    }

    TimeSource time() {
        return time;
    }
}
