package org.postern.app.telemetry;

import org.postern.auth.dns.DnsListener;

/** Counts what the DNS client does. Thread-safe. */
public final class DnsMeters implements DnsListener {
    private final Metrics metrics;

    /** Meters in this registry. */
    public DnsMeters(Metrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void asked(Outcome outcome) {
        metrics.count("dns.queries", "outcome", outcome.word());
    }

    @Override
    public void happened(Event event) {
        metrics.count("dns.events", "event", event.word());
    }
}
