package org.postern.core.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.postern.core.mail.Domain;

/**
 * The whole configuration, validated. Immutable: a reload builds another and swaps one reference.
 *
 * @param file where it was read from
 * @param hostname {@code hostname}: our name in the greeting, Received and Authentication-Results
 * @param data {@code data}: directory of spool, token and snapshots
 * @param listeners {@code listeners}, at least one
 * @param domains {@code domains}, by domain
 * @param tls {@code tls}
 * @param dns {@code dns}
 * @param limits {@code limits}
 * @param networks {@code networks}
 * @param authentication {@code authentication}
 * @param lists {@code lists}
 * @param spool {@code spool}
 * @param downstreams {@code downstreams} and those given directly with a domain, by name
 * @param admin {@code admin}
 * @param log {@code log}
 */
public record PosternConfig(
        Path file,
        Domain hostname,
        Path data,
        List<ListenerConfig> listeners,
        Map<Domain, DomainConfig> domains,
        TlsConfig tls,
        DnsConfig dns,
        Limits limits,
        NetworksConfig networks,
        AuthenticationConfig authentication,
        ListsConfig lists,
        SpoolConfig spool,
        Map<String, DownstreamConfig> downstreams,
        AdminConfig admin,
        LogConfig log) {
    public PosternConfig {
        listeners = List.copyOf(listeners);
        domains = Map.copyOf(domains);
        downstreams = Map.copyOf(downstreams);
    }
}
