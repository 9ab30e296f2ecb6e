package org.postern.app.wiring;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postern.app.admin.AdminServer;
import org.postern.app.admin.AdminToken;
import org.postern.app.admin.Api;
import org.postern.app.admin.Route;
import org.postern.app.admin.StatusView;
import org.postern.app.directory.RemoteDirectories;
import org.postern.app.frontdoor.ProbeMark;
import org.postern.app.probe.ProbeTrail;
import org.postern.app.state.Alert;
import org.postern.app.state.GatewayState;
import org.postern.app.state.RelayControl;
import org.postern.app.telemetry.Logging;
import org.postern.app.telemetry.Metrics;
import org.postern.app.telemetry.SpoolMeters;
import org.postern.app.telemetry.SurgeryLog;
import org.postern.core.config.PosternConfig;
import org.postern.core.journal.Journal;
import org.postern.core.net.Ip;
import org.postern.core.problem.Problem;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.snapshot.Snapshots;
import org.postern.core.time.TimeSource;
import org.postern.queue.delivery.Downstream;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.log.DiskSpool;
import org.postern.queue.surgery.Surgeon;
import org.postern.smtp.admission.OverloadController;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole program: makes every part, starts them in the order in which they need each other,
 * stops them in reverse. Either everything is up when {@link #start} returns, or nothing is and the
 * reason is thrown.
 */
public final class Gateway implements GatewayState, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("postern");

    /** How long what was dropped can be brought back; time the gateway is running. */
    private static final Duration TRASH_GRACE = Duration.ofDays(7);

    private final String version;
    private final TimeSource time = TimeSource.system();
    private final long startedNanos = time.nanoTime();
    private final Metrics metrics = new Metrics();
    private final ProbeMark probes = new ProbeMark();
    private final ProbeTrail trail = new ProbeTrail();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicBoolean closing = new AtomicBoolean();

    private final LiveConfiguration live;
    private final Reception reception;
    private final Records records;
    private final PlanKeeper plans = new PlanKeeper();
    private final Undo undo = new Undo();
    private volatile @Nullable Spool spool;
    private volatile @Nullable Listening listening;
    private volatile @Nullable Surgeon surgeon;
    private volatile @Nullable Relaying relay;
    private volatile @Nullable Vigil vigil;
    private volatile boolean up;

    private Gateway(Snapshot snapshot, Surroundings.Seen seen, String version) throws StartFailure {
        this.version = version;
        undo.add(metrics::close);
        try {
            RemoteDirectories directories =
                    new RemoteDirectories(snapshot.config().data(), time, metrics);
            this.live = new LiveConfiguration(snapshot, seen, time, metrics, directories);
            undo.add(live::close);
            this.reception = new Reception(live, directories, metrics, time);
            undo.add(reception::close);
            this.records = Records.open(live::snapshot, metrics, time);
            undo.add(records::close);
        } catch (StartFailure | RuntimeException e) {
            undo.all();
            throw e;
        }
    }

    /**
     * Starts the gateway with a configuration that reads well.
     *
     * @throws StartFailure if anything forbids it; nothing is left running
     */
    public static Gateway start(SnapshotResult.Loaded loaded, String version) throws StartFailure {
        PosternConfig config = loaded.snapshot().config();
        List<Problem> problems = new ArrayList<>(loaded.warnings());
        Surroundings.Seen seen = Surroundings.look(config);
        problems.addAll(seen.problems());
        List<Problem> errors = problems.stream().filter(Problem::isError).toList();
        if (!errors.isEmpty()) {
            throw new StartFailure(
                    String.join("\n", errors.stream().map(Problem::toString).toList()));
        }
        try {
            Logging.configure(config.log());
        } catch (IOException e) {
            throw new StartFailure(config.placeOf("log") + ": " + e.getMessage(), e);
        }
        problems.forEach(p -> LOG.warn("{}", p));
        Gateway gateway = new Gateway(loaded.snapshot(), seen, version);
        try {
            gateway.open(config);
            return gateway;
        } catch (StartFailure | RuntimeException e) {
            gateway.close();
            throw e;
        }
    }

    private void open(PosternConfig config) throws StartFailure {
        SpoolMeters spoolMeters = new SpoolMeters(metrics, time);
        Spool opened = openSpool(config, spoolMeters);
        spool = opened;
        undo.add(opened::close);
        spoolMeters.watch(opened);
        Vigil watching =
                new Vigil(
                        this,
                        live,
                        opened,
                        trail,
                        probes,
                        records,
                        reception,
                        this::topSenderShare,
                        metrics,
                        time);
        vigil = watching;
        undo.add(watching::close);

        Journal told = records.journal().and(trail);
        Relaying relaying =
                Relaying.of(
                        new Relaying.Parts(
                                live,
                                opened,
                                metrics,
                                told,
                                time,
                                config.data(),
                                List.of(reception.reputation().anomalies()),
                                List.of()));
        undo.add(relaying::close);
        relay = relaying;
        Surgeon cuts =
                new Surgeon(
                        opened,
                        config.data().resolve("plans"),
                        time,
                        TRASH_GRACE,
                        relaying,
                        new SurgeryLog(told, time));
        surgeon = cuts;
        plans.add(cuts::tidy);
        Listening front =
                new Listening(
                        new Listening.Parts(
                                live,
                                opened,
                                spoolMeters,
                                reception,
                                records,
                                relaying,
                                told,
                                probes,
                                metrics,
                                time));
        undo.add(front::close);
        listening = front;
        GatewayGauges.show(metrics, live, this);
        AdminServer admin = admin(config);
        undo.add(admin::close);
        plans.start();
        undo.add(plans::close);
        reception.start(
                opened,
                records::witness,
                new SurgeryLog(told, time),
                relaying::givenUp,
                records::past);
        relaying.start();
        undo.add(() -> relaying.stop(live.config().limits().drain()));
        front.start();
        undo.add(() -> front.stop(live.config().limits().drain()));
        up = true;
        records.witness("start", "postern " + version);
        watching.start();
        Signals.onHangup(() -> reload(false));
        LOG.info(
                "postern {} is taking mail on {} for {}, admin on {}:{}, ready after {} ms",
                version,
                String.join(
                        ", ", front.boundAddresses().stream().map(StatusView::address).toList()),
                config.domains().keySet(),
                Ip.text(config.admin().address()),
                admin.port(),
                uptime().toMillis());
    }

    private Spool openSpool(PosternConfig config, SpoolMeters meters) throws StartFailure {
        try {
            return DiskSpool.open(SpoolOptions.of(config.spool()), time, meters);
        } catch (SpoolException e) {
            throw new StartFailure(config.placeOf("data") + ": spool: " + e.getMessage(), e);
        }
    }

    private AdminServer admin(PosternConfig config) throws StartFailure {
        try {
            AdminServer admin =
                    new AdminServer(
                            config.admin(), AdminToken.readOrCreate(config.data()), routes());
            admin.start();
            return admin;
        } catch (IOException e) {
            throw new StartFailure(config.placeOf("admin") + ": " + e.getMessage(), e);
        }
    }

    private List<Route> routes() {
        List<Route> routes =
                new ArrayList<>(
                        new Api(this, reception.passing(), metrics, records.reader(), time)
                                .routes());
        routes.addAll(reception.routes());
        routes.addAll(records.routes(spool(), this::wakeRelay, plans));
        return routes;
    }

    private double topSenderShare() {
        Relaying running = relay;
        return running == null ? 0 : running.topSenderShare();
    }

    /** Waits until the gateway has stopped. */
    public void awaitClosed() throws InterruptedException {
        closed.await();
    }

    /**
     * Stops: no new connections, messages in DATA may finish within {@code limits.drain}, attempts
     * under way end, the spool is written out. Returns when all is down; further calls wait for the
     * first.
     */
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            awaitQuietly();
            return;
        }
        boolean wasUp = up;
        if (wasUp) {
            LOG.info("stopping");
            records.witness("stop", "asked to stop");
        }
        undo.all();
        if (wasUp) {
            LOG.info("stopped");
        }
        closed.countDown();
    }

    private void awaitQuietly() {
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public Duration uptime() {
        return Duration.ofNanos(time.nanoTime() - startedNanos);
    }

    @Override
    public Snapshot snapshot() {
        return live.snapshot();
    }

    @Override
    public List<InetSocketAddress> listeners() {
        Listening front = listening;
        return front == null ? List.of() : front.boundAddresses();
    }

    @Override
    public int connections() {
        return listening().connections();
    }

    @Override
    public OverloadController overload() {
        return listening().overload();
    }

    private Listening listening() {
        return opened(listening);
    }

    private static <T> T opened(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("the gateway has not been opened");
        }
        return part;
    }

    @Override
    public Spool spool() {
        return opened(spool);
    }

    @Override
    public Surgeon surgeon() {
        return opened(surgeon);
    }

    @Override
    public RelayControl relay() {
        return opened(relay);
    }

    @Override
    public void wakeRelay() {
        Relaying running = relay;
        if (running != null) {
            running.wake();
        }
    }

    @Override
    public List<Downstream> downstreams() {
        return live.downstreams();
    }

    @Override
    public Optional<Snapshots.Refusal> refusal() {
        return live.refusal();
    }

    @Override
    public List<Part> parts() {
        Relaying running = relay;
        List<Part> parts = new ArrayList<>();
        parts.add(Readiness.listeners(!listeners().isEmpty(), closing.get()));
        parts.add(Readiness.spool(spool().health()));
        parts.add(Readiness.relay(running != null && running.scheduler().isAlive()));
        parts.add(Readiness.overload(overload()));
        Vigil watching = vigil;
        if (watching != null) {
            parts.addAll(watching.parts());
        }
        return parts;
    }

    @Override
    public List<Helper> helpers() {
        Listening front = listening;
        return Stream.of(
                        live.helpers().stream(),
                        front == null ? Stream.<Helper>empty() : front.greylisting().stream(),
                        records.helper().stream(),
                        reception.helpers().stream())
                .flatMap(all -> all)
                .toList();
    }

    @Override
    public List<Alert> alerts() {
        Vigil watching = vigil;
        return watching == null ? List.of() : watching.active();
    }

    @Override
    public SnapshotResult reload(boolean confirmed) {
        SnapshotResult result = live.reload(confirmed);
        reception.reloaded();
        records.reloaded(result, live.snapshot());
        return result;
    }
}
