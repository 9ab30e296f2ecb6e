package org.postern.app.telemetry;

import java.util.concurrent.atomic.LongAdder;
import org.postern.smtp.NamedLimit;
import org.postern.smtp.SessionEnd;
import org.postern.smtp.SmtpMetrics;

/** Binds what the SMTP front counts to the registry. Thread-safe. */
public final class SmtpMeters implements SmtpMetrics {
    private final Metrics metrics;
    private final LongAdder connections = new LongAdder();

    /** Meters in this registry. */
    public SmtpMeters(Metrics metrics) {
        this.metrics = metrics;
        metrics.gauge("smtp.connections", connections::doubleValue);
    }

    @Override
    public void connectionOpened() {
        connections.increment();
    }

    @Override
    public void connectionClosed() {
        connections.decrement();
    }

    @Override
    public void sessionEnded(SessionEnd outcome) {
        metrics.count("smtp.sessions", "outcome", outcome.label());
    }

    @Override
    public void replied(String command, int code) {
        metrics.count("smtp.replies", "command", command, "code", Integer.toString(code));
    }

    @Override
    public void limitHit(NamedLimit limit) {
        metrics.count("smtp.limit.hits", "limit", limit.label());
    }

    @Override
    public void tlsHandshake(String version) {
        metrics.count("smtp.tls.handshakes", "version", version);
    }

    @Override
    public void acceptFailed() {
        metrics.count("smtp.accept.failures");
    }
}
