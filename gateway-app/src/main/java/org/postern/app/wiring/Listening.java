package org.postern.app.wiring;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.postern.app.frontdoor.ProbeMark;
import org.postern.app.intake.GreylistGate;
import org.postern.app.intake.Intake;
import org.postern.app.intake.OpinionSampler;
import org.postern.app.state.GatewayState;
import org.postern.app.telemetry.Metrics;
import org.postern.app.telemetry.SmtpMeters;
import org.postern.app.telemetry.SpoolMeters;
import org.postern.core.config.PosternConfig;
import org.postern.core.journal.Journal;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.Spool;
import org.postern.smtp.admission.Gauge;
import org.postern.smtp.admission.OverloadController;
import org.postern.smtp.listener.ListenerException;
import org.postern.smtp.listener.SmtpListeners;

/**
 * What meets the clients, connected: the listeners, the intake behind them, and what the intake
 * asks that works in the background. Thread-safe.
 */
final class Listening implements AutoCloseable {
    private final PosternConfig config;
    private final OpinionSampler opinions;
    private final GreylistKeeper greylist;
    private final SmtpListeners listeners;

    /**
     * What it is made of.
     *
     * @param told who is told of every session and message
     */
    record Parts(
            LiveConfiguration live,
            Spool spool,
            SpoolMeters spoolMeters,
            Reception reception,
            Records records,
            Relaying relaying,
            Journal told,
            ProbeMark probes,
            Metrics metrics,
            TimeSource time) {}

    /** Connects everything; nobody is answered before {@link #start}. */
    Listening(Parts parts) {
        LiveConfiguration live = parts.live();
        Metrics metrics = parts.metrics();
        TimeSource time = parts.time();
        Reception reception = parts.reception();
        this.config = live.config();
        this.opinions =
                new OpinionSampler(
                        (request, message, ours) ->
                                live.secondOpinion().compare(request, message, ours),
                        metrics,
                        RandomGenerator.getDefault());
        this.greylist =
                new GreylistKeeper(config.data(), () -> live.config().greylisting(), metrics, time);
        this.listeners =
                new SmtpListeners(
                        config.listeners(),
                        () -> live.config().limits(),
                        () -> live.config().networks(),
                        config.hostname().ascii(),
                        live.tls(),
                        new Intake(
                                new Intake.Parts(
                                        live::revision,
                                        parts.spool(),
                                        metrics,
                                        parts.told(),
                                        parts.records()::observes,
                                        opinions,
                                        parts.relaying(),
                                        new GreylistGate(
                                                greylist.greylist(),
                                                reception.reputation()::knownGood,
                                                metrics,
                                                time),
                                        reception.reputation(),
                                        reception.traps(),
                                        reception.candidate(),
                                        parts.probes(),
                                        time)),
                        time,
                        new SmtpMeters(metrics),
                        List.of(new Gauge("spool-latency", parts.spoolMeters()::latencyLoad)));
    }

    /**
     * Takes up what greylisting remembers and opens the listeners.
     *
     * @throws StartFailure if one cannot be opened; none is left open
     */
    void start() throws StartFailure {
        greylist.start();
        try {
            listeners.start();
        } catch (ListenerException e) {
            throw new StartFailure(config.placeOf("listeners.0") + ": " + e.getMessage(), e);
        }
    }

    /** Where it listens; empty before {@link #start}. */
    List<InetSocketAddress> boundAddresses() {
        return listeners.boundAddresses();
    }

    /** Connections open now. */
    int connections() {
        return listeners.connections();
    }

    /** How hard it is to keep up. */
    OverloadController overload() {
        return listeners.overload();
    }

    /** How greylisting is, for the status; nothing while it is switched off. */
    Optional<GatewayState.Helper> greylisting() {
        return greylist.helper();
    }

    /** Takes no more connections; a message in DATA may finish within {@code drain}. */
    void stop(Duration drain) {
        listeners.stop(drain);
    }

    /** Lets everything go, after {@link #stop} or where nothing was started. */
    @Override
    public void close() {
        greylist.close();
        opinions.close();
    }
}
