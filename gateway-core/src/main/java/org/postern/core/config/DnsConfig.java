package org.postern.core.config;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * Section {@code dns}: which resolvers are asked.
 *
 * @param servers {@code servers}: {@code address:port}; empty: those of {@code /etc/resolv.conf}
 * @param timeout {@code timeout}: longest wait for one answer before the next try
 * @param tries {@code tries}: questions sent before the answer is {@code temperror}
 */
public record DnsConfig(List<InetSocketAddress> servers, Duration timeout, int tries) {
    public DnsConfig {
        servers = List.copyOf(servers);
    }

    /** The system's resolvers, 2 s, three tries. */
    public static final DnsConfig DEFAULT = new DnsConfig(List.of(), Duration.ofSeconds(2), 3);
}
