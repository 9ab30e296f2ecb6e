package org.postern.app.telemetry;

import org.postern.auth.dnsbl.DnsblListener;
import org.postern.auth.dnsbl.ListState;

/** Counts what comes of asking DNS lists. Thread-safe. */
public final class DnsblMeters implements DnsblListener {
    private final Metrics metrics;

    /** Meters in this registry. */
    public DnsblMeters(Metrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void asked(String list, Outcome outcome) {
        metrics.count("dnsbl.lookups", "list", list, "outcome", outcome.word());
    }

    @Override
    public void switchedOff(String zone, ListState.Reason reason) {
        metrics.count("dnsbl.switched.off", "zone", zone, "reason", reason.word());
    }
}
