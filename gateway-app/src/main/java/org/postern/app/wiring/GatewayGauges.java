package org.postern.app.wiring;

import org.postern.app.state.GatewayState;
import org.postern.app.telemetry.Metrics;
import org.postern.auth.client.ClientStream;

/** The gauges that speak of the gateway as a whole. */
final class GatewayGauges {
    private GatewayGauges() {}

    /** Shows them; they are read at each scrape, on its thread. */
    static void show(Metrics metrics, LiveConfiguration live, GatewayState gateway) {
        metrics.gauge("config.reload.success", () -> live.refusal().isEmpty() ? 1 : 0);
        metrics.gauge("config.revision", () -> (double) live.snapshot().revision());
        metrics.gauge("ready", () -> gateway.ready() ? 1 : 0);
        metrics.gauge("overload.load", () -> gateway.overload().load());
        metrics.gauge(
                "queue.oldest.age.seconds",
                () -> gateway.spool().summary().oldestAge().toMillis() / 1000.0,
                "downstream",
                "all");
        metrics.gauge("client.implausible.share", () -> clientStream(live).implausibleShare());
        metrics.gauge("client.top.share", () -> clientStream(live).topShare());
        metrics.gauge(
                "tls.certificate.expiry.timestamp.seconds",
                () ->
                        live.tls()
                                .earliestExpiry()
                                .map(i -> (double) i.getEpochSecond())
                                .orElse(Double.NaN));
    }

    private static ClientStream clientStream(LiveConfiguration live) {
        return live.revision().authenticator().clientStream();
    }
}
