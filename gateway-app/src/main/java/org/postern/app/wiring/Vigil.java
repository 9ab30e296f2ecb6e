package org.postern.app.wiring;

import java.util.List;
import java.util.function.DoubleSupplier;
import org.postern.app.alerts.AlertBoard;
import org.postern.app.alerts.Alerts;
import org.postern.app.alerts.GatewayConditions;
import org.postern.app.frontdoor.ProbeMark;
import org.postern.app.probe.Probe;
import org.postern.app.probe.ProbeTrail;
import org.postern.app.state.Alert;
import org.postern.app.state.GatewayState;
import org.postern.app.telemetry.Metrics;
import org.postern.app.witness.Witnesses;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.Spool;

/** Who watches while nobody looks: the witnesses of clock and disk, the alerts and the probe. */
final class Vigil implements AutoCloseable {
    private final Witnesses witnesses;
    private final Alerts alerts;
    private final Probe probe;

    Vigil(
            GatewayState gateway,
            LiveConfiguration live,
            Spool spool,
            ProbeTrail trail,
            ProbeMark mark,
            Records records,
            Reception reception,
            DoubleSupplier topSenderShare,
            Metrics metrics,
            TimeSource time) {
        probe = new Probe(live::config, trail, mark, metrics, time);
        witnesses = new Witnesses(spool, live.config().spool().directory(), metrics, time);
        AlertBoard board =
                GatewayConditions.board(
                        gateway,
                        new GatewayConditions.Sources(
                                () ->
                                        live.revision()
                                                .authenticator()
                                                .clientStream()
                                                .implausibleShare(),
                                () -> live.tls().earliestExpiry(),
                                probe::missing,
                                topSenderShare,
                                records::missing,
                                reception.reputation().anomalies()::held,
                                reception.reputation().anomalies()::observed,
                                reception.reputation().harvesters().bans()::wide,
                                reception.sources()::refused,
                                reception.sources()::stale),
                        time);
        alerts = new Alerts(board, live::config, metrics);
        alerts.before(records::look);
        records.tell(board);
        witnesses.listen(records::testified);
    }

    /** Begins, once the gateway is up. */
    void start() {
        witnesses.start();
        alerts.start();
        probe.start();
    }

    /** The board: who finds something wrong raises it there. */
    AlertBoard board() {
        return alerts.board();
    }

    /** What the witnesses say of readiness. */
    List<GatewayState.Part> parts() {
        return witnesses.parts();
    }

    /** The alerts that are active. */
    List<Alert> active() {
        return alerts.board().active();
    }

    @Override
    public void close() {
        probe.close();
        alerts.close();
        witnesses.close();
    }
}
