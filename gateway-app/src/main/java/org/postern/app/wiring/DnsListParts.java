package org.postern.app.wiring;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.app.state.GatewayState;
import org.postern.app.telemetry.DnsblMeters;
import org.postern.app.telemetry.Metrics;
import org.postern.app.telemetry.NamedGauges;
import org.postern.auth.AuthenticatorSettings;
import org.postern.auth.client.ClientAddressJudge;
import org.postern.auth.dns.CachingDnsClient;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.DnsListener;
import org.postern.auth.dnsbl.DnsLists;
import org.postern.auth.dnsbl.ListState;
import org.postern.auth.dnsbl.ListWatch;
import org.postern.core.config.DnsConfig;
import org.postern.core.config.DnsListConfig;
import org.postern.core.config.PosternConfig;
import org.postern.core.time.TimeSource;

/**
 * The DNS lists and the watch over them, which outlives configurations. Called at the start and by
 * one reload at a time.
 */
final class DnsListParts implements AutoCloseable {
    /** No question of a test or of a session waits longer for its answer. */
    private static final Duration LONGEST_TEST = Duration.ofMinutes(1);

    private final TimeSource time;
    private final DnsblMeters meters;
    private final ListWatch watch;
    private final NamedGauges gauges;
    private @Nullable Probe probe;

    /** Who is asked for the tests, and what that was made from. */
    private record Probe(DnsConfig config, CachingDnsClient dns) {}

    DnsListParts(TimeSource time, Metrics metrics) {
        this.time = time;
        this.meters = new DnsblMeters(metrics);
        this.watch = new ListWatch(time, meters);
        this.gauges = new NamedGauges(metrics).gauge("dnsbl.list.up", this::up, "list");
        watch.start();
    }

    /** The lists of a configuration, asked through this cache. */
    DnsLists lists(PosternConfig config, DnsClient dns) {
        return new DnsLists(
                config.dnsbl(),
                config.networks(),
                new ClientAddressJudge(
                        config.networks(), AuthenticatorSettings.of(config, null).ownAddresses()),
                dns,
                watch,
                meters,
                time);
    }

    /**
     * Watches over the lists of the configuration that is in force from now on.
     *
     * @throws IOException if no resolver can be told
     */
    void activate(PosternConfig config) throws IOException {
        Probe before = probe;
        if (before == null || !before.config().equals(config.dns())) {
            // tests see what a list answers now, not what a cache remembers
            probe =
                    new Probe(
                            config.dns(),
                            CachingDnsClient.uncached(config.dns(), time, DnsListener.NONE));
            if (before != null) {
                LiveConfiguration.closeLater(before.dns(), LONGEST_TEST);
            }
        }
        watch.watch(config.dnsbl(), dns());
        gauges.show(
                config.dnsbl().lists().stream()
                        .map(DnsListConfig::name)
                        .collect(Collectors.toSet()));
    }

    /** Who is asked for the tests. */
    CachingDnsClient dns() {
        return Objects.requireNonNull(probe, "no configuration yet").dns();
    }

    private double up(String list) {
        return watch.states().get(list) instanceof ListState.Well ? 1 : 0;
    }

    /** How each list is, for the status. */
    List<GatewayState.Helper> states() {
        return watch.states().entrySet().stream()
                .map(e ->
                        switch (e.getValue()) {
                            case ListState.Well well ->
                                    new GatewayState.Helper("dns list", e.getKey(), true, "asked");
                            case ListState.Untested untested ->
                                    new GatewayState.Helper(
                                            "dns list", e.getKey(), false, "not tested yet");
                            case ListState.Off off ->
                                    new GatewayState.Helper(
                                            "dns list",
                                            e.getKey(),
                                            false,
                                            "SWITCHED OFF, "
                                                    + off.reason().text()
                                                    + " ("
                                                    + off.detail()
                                                    + ")");
                        })
                .toList();
    }

    @Override
    public void close() {
        watch.close();
        if (probe != null) {
            probe.dns().close();
        }
    }
}
