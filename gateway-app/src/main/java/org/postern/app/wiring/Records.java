package org.postern.app.wiring;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.app.admin.GuardRoutes;
import org.postern.app.admin.NoticeRoutes;
import org.postern.app.admin.Route;
import org.postern.app.alerts.AlertBoard;
import org.postern.app.guard.GuardAlarm;
import org.postern.app.guard.VerdictGuard;
import org.postern.app.impact.NoticePlans;
import org.postern.app.journal.AcceptedPast;
import org.postern.app.journal.JournalException;
import org.postern.app.journal.JournalReader;
import org.postern.app.journal.JournalWriter;
import org.postern.app.state.GatewayState;
import org.postern.app.telemetry.Metrics;
import org.postern.app.witness.Testimony;
import org.postern.core.config.AlertsConfig.Severity;
import org.postern.core.config.PolicyConfig;
import org.postern.core.config.PosternConfig;
import org.postern.core.journal.Journal;
import org.postern.core.journal.JournalEvent;
import org.postern.core.problem.Problem;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.Spool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal of the running gateway, who reads it, and the guard that learns from what it is told.
 * Thread-safe.
 */
final class Records implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("guard");

    /** The alert that an unusual share raises, one for each share. */
    private static final String UNUSUAL = "PosternVerdictGuard/";

    private final Supplier<Snapshot> live;
    private final @Nullable JournalWriter writer;
    private final JournalReader reader;
    private final VerdictGuard guard;
    private final TimeSource time;
    private volatile OwnDomains own;
    private volatile @Nullable AlertBoard board;

    /** The hosted domains of a snapshot, so that they need not be gathered for each message. */
    private record OwnDomains(long revision, Set<String> names) {
        private static OwnDomains of(Snapshot snapshot) {
            return new OwnDomains(
                    snapshot.revision(),
                    snapshot.config().domains().keySet().stream()
                            .map(d -> d.ascii())
                            .collect(Collectors.toUnmodifiableSet()));
        }
    }

    private Records(
            Supplier<Snapshot> live,
            @Nullable JournalWriter writer,
            JournalReader reader,
            Metrics metrics,
            TimeSource time) {
        this.live = live;
        this.writer = writer;
        this.reader = reader;
        this.time = time;
        this.own = OwnDomains.of(live.get());
        this.guard = new VerdictGuard(this::isOwn, new Alarms(), time);
        guard.switchRules(mode() == PolicyConfig.Guard.OBSERVE);
        metrics.gauge("guard.alarms", () -> guard.alarms().size());
        metrics.gauge("guard.observed.rules", () -> guard.observed().size());
    }

    /** Where the journal of a configuration lies. */
    static Path folder(PosternConfig config) {
        return config.data().resolve("journal");
    }

    static Records open(Supplier<Snapshot> live, Metrics metrics, TimeSource time)
            throws StartFailure {
        PosternConfig config = live.get().config();
        Path folder = folder(config);
        try {
            JournalWriter writer =
                    config.journal().enabled()
                            ? new JournalWriter(
                                    config.journal(),
                                    folder,
                                    config.spool().minFreeBytes(),
                                    metrics,
                                    time)
                            : null;
            return new Records(live, writer, new JournalReader(folder), metrics, time);
        } catch (IOException e) {
            throw new StartFailure(
                    config.placeOf("data") + ": journal: " + folder + ": " + e.getMessage(), e);
        }
    }

    private PolicyConfig.Guard mode() {
        return live.get().config().policy().guard();
    }

    private boolean isOwn(String domain) {
        Snapshot now = live.get();
        OwnDomains known = own;
        if (known.revision() != now.revision()) {
            known = OwnDomains.of(now);
            own = known;
        }
        return known.names().contains(domain);
    }

    /** What the guard says, to whom it concerns. */
    private final class Alarms implements VerdictGuard.Listener {
        @Override
        public void raised(GuardAlarm alarm, boolean ruleObserves) {
            String more =
                    ruleObserves
                            ? "; rule " + alarm.rule() + " only observes until it is confirmed"
                            : "";
            LOG.warn("{}: {}{}", alarm.key(), alarm.cause(), more);
            AlertBoard told = board;
            if (told != null) {
                told.raise(UNUSUAL + alarm.key(), Severity.PAGE, alarm.cause() + more);
            }
            witness("alarm", alarm.key() + ": " + alarm.cause() + more);
        }

        @Override
        public void recovered(GuardAlarm alarm) {
            LOG.info("{}: back within its band", alarm.key());
            AlertBoard told = board;
            if (told != null) {
                told.clear(UNUSUAL + alarm.key());
            }
            witness("recovered", alarm.key() + " is back within its band");
        }
    }

    /** Whoever watches the board hears of unusual verdicts from now on. */
    void tell(AlertBoard alerts) {
        board = alerts;
    }

    /** To be called every few seconds: what ends by time alone ends then. */
    void look() {
        guard.tick();
    }

    /** Why the journal has gaps, or will have; empty while all of it is written. */
    Optional<String> missing() {
        return writer == null ? Optional.empty() : writer.missing();
    }

    /** How the journal is, for those who ask for the gateway's state; empty while it is off. */
    Optional<GatewayState.Helper> helper() {
        if (writer == null) {
            return Optional.empty();
        }
        Optional<String> missing = missing();
        return Optional.of(
                new GatewayState.Helper(
                        "journal",
                        folder(live.get().config()).toString(),
                        missing.isEmpty(),
                        missing.orElse("complete")));
    }

    /** Who is told of what happens. */
    Journal journal() {
        Journal kept = writer == null ? Journal.NONE : writer;
        return kept.and(event -> {
            if (mode() != PolicyConfig.Guard.OFF) {
                guard.append(event);
            }
        });
    }

    /** What a witness of clock and disk saw. */
    void testified(Testimony seen) {
        String kind =
                switch (seen) {
                    case Testimony.ClockStepped step -> "clock-step";
                    case Testimony.DiskStopped stopped -> "spool";
                    case Testimony.DiskResumed resumed -> "spool";
                };
        witness(kind, seen.text());
    }

    /** Whether a rule only observes because its verdicts became unusual. */
    boolean observes(String rule) {
        return guard.observes(rule);
    }

    /** The guard of the verdicts. */
    VerdictGuard guard() {
        return guard;
    }

    /** The paths of the admin listener that these parts answer. */
    List<Route> routes(Spool spool, Runnable wake, PlanKeeper keeper) {
        NoticePlans plans =
                new NoticePlans(live.get().config().data().resolve("notices"), spool, live, time);
        keeper.add(plans::tidy);
        List<Route> routes =
                new ArrayList<>(new NoticeRoutes(plans, journal(), wake, time).routes());
        routes.addAll(new GuardRoutes(guard, journal(), time).routes());
        return routes;
    }

    /** Who is asked. */
    JournalReader reader() {
        return reader;
    }

    /** Tells of the mail that was accepted before a time; how many messages that were. */
    long past(Instant before, AcceptedPast.Learner learner) throws IOException {
        try {
            return AcceptedPast.tell(reader, before, learner);
        } catch (JournalException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Notes something about the gateway itself. */
    void witness(String kind, String detail) {
        if (writer != null) {
            writer.append(new JournalEvent.Witness(time.instant(), kind, detail));
        }
    }

    /** Notes that a configuration was taken or refused; {@code now} is the one in force after. */
    void reloaded(SnapshotResult result, Snapshot now) {
        guard.switchRules(mode() == PolicyConfig.Guard.OBSERVE);
        if (mode() == PolicyConfig.Guard.OFF) {
            guard.forget();
        }
        String detail =
                switch (result) {
                    case SnapshotResult.Loaded loaded ->
                            loaded.snapshot().config().file().toString();
                    case SnapshotResult.Refused refused ->
                            refused.problems().all().stream()
                                    .filter(Problem::isError)
                                    .findFirst()
                                    .map(Problem::toString)
                                    .orElse("refused");
                };
        journal()
                .append(
                        new JournalEvent.Configuration(
                                time.instant(),
                                now.revision(),
                                result instanceof SnapshotResult.Loaded,
                                detail));
    }

    /** Writes out what waits. */
    @Override
    public void close() {
        if (writer != null) {
            writer.close();
        }
    }
}
