package org.postern.app.wiring;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.postern.app.state.GatewayState;
import org.postern.app.telemetry.DnsblMeters;
import org.postern.app.telemetry.Metrics;
import org.postern.auth.AuthenticatorSettings;
import org.postern.auth.client.ClientAddressJudge;
import org.postern.auth.dns.CachingDnsClient;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.DnsListener;
import org.postern.auth.dnsbl.DnsLists;
import org.postern.auth.dnsbl.ListState;
import org.postern.auth.dnsbl.ListWatch;
import org.postern.core.config.DnsListConfig;
import org.postern.core.config.PosternConfig;
import org.postern.core.time.TimeSource;

/**
 * The DNS lists and the watch over them, which outlives configurations. Called at the start and by
 * one reload at a time.
 */
final class DnsListParts implements AutoCloseable {
    private final TimeSource time;
    private final Metrics metrics;
    private final DnsblMeters meters;
    private final ListWatch watch;
    private final Set<String> gauges = ConcurrentHashMap.newKeySet();
    private @Nullable CachingDnsClient probe;

    DnsListParts(TimeSource time, Metrics metrics) {
        this.time = time;
        this.metrics = metrics;
        this.meters = new DnsblMeters(metrics);
        this.watch = new ListWatch(time, meters);
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
        CachingDnsClient before = probe;
        // tests see what a list answers now, not what a cache remembers
        CachingDnsClient fresh = CachingDnsClient.uncached(config.dns(), time, DnsListener.NONE);
        probe = fresh;
        watch.watch(config.dnsbl(), fresh);
        if (before != null) {
            before.close();
        }
        for (DnsListConfig list : config.dnsbl().lists()) {
            if (gauges.add(list.name())) {
                metrics.gauge("dnsbl.list.up", () -> up(list.name()), "list", list.name());
            }
        }
    }

    private double up(String list) {
        ListState state = watch.states().get(list);
        if (state == null) {
            return Double.NaN; // no longer configured
        }
        return state instanceof ListState.Well ? 1 : 0;
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
            probe.close();
        }
    }
}
