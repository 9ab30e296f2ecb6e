package org.postern.core.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.Domain;
import org.postern.core.problem.Place;

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
 * @param policy {@code policy}
 * @param relay {@code relay}
 * @param notifications {@code notifications}
 * @param recipients {@code recipients}: what holds for every source
 * @param reputation {@code reputation}
 * @param dnsbl {@code dnsbl}
 * @param journal {@code journal}
 * @param alerts {@code alerts}
 * @param probe {@code probe}, or null where nothing is probed
 * @param greylisting {@code greylisting}
 * @param scanners {@code scanners}
 * @param places where in the file the values stand that meet the real world at a start: {@code
 *     data}, {@code admin}, {@code log}, {@code tls}, {@code listeners.0}, {@code
 *     downstreams.NAME}, {@code recipients.NAME} of a source that is fetched whole, and of its
 *     keys, {@code domains.NAME.recipients}
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
        LogConfig log,
        PolicyConfig policy,
        RelayConfig relay,
        NotificationsConfig notifications,
        RecipientsConfig recipients,
        ReputationConfig reputation,
        DnsblConfig dnsbl,
        JournalConfig journal,
        AlertsConfig alerts,
        @Nullable ProbeConfig probe,
        GreylistingConfig greylisting,
        List<ScannerConfig> scanners,
        Map<String, Place> places) {
    public PosternConfig {
        listeners = List.copyOf(listeners);
        scanners = List.copyOf(scanners);
        domains = Map.copyOf(domains);
        downstreams = Map.copyOf(downstreams);
        places = Map.copyOf(places);
    }

    /**
     * Where a value stands, for errors that only the real world brings up; else the file's start.
     */
    public Place placeOf(String key) {
        return places.getOrDefault(key, Place.start(file));
    }

    /** Where the recipients of a domain stand. */
    public Place recipientsPlace(Domain domain) {
        return placeOf("domains." + domain + ".recipients");
    }

    /** Every rule of one's own: those for all, of sets, and of single domains. */
    public Stream<RuleConfig> rules() {
        return Stream.of(
                        Stream.of(policy.rules()),
                        policy.sets().values().stream(),
                        domains.values().stream().map(d -> d.policy().rules()))
                .flatMap(lists -> lists)
                .flatMap(List::stream);
    }
}
