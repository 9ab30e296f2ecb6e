package org.postern.app.wiring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.postern.app.intake.Acceptance;
import org.postern.app.state.RelayControl;
import org.postern.app.telemetry.Metrics;
import org.postern.app.telemetry.QueueLoads;
import org.postern.app.telemetry.RelayLog;
import org.postern.core.config.DomainConfig;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.NotificationsConfig;
import org.postern.core.config.QuotaConfig;
import org.postern.core.config.SpoolConfig;
import org.postern.core.journal.Journal;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.core.time.TimeSource;
import org.postern.queue.delivery.Downstream;
import org.postern.queue.dsn.NoticeListener;
import org.postern.queue.schedule.CutThrough;
import org.postern.queue.schedule.InFlight;
import org.postern.queue.schedule.LaneStatus;
import org.postern.queue.schedule.RelayListener;
import org.postern.queue.schedule.RelayScheduler;
import org.postern.queue.schedule.RetryPolicy;
import org.postern.queue.schedule.Router;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.Spool;
import org.postern.queue.surgery.Bouncer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to accepted mail, connected: the schedule, the downstreams, the notices to senders
 * ({@link Notices}). Settings are asked at each use, so that a reload holds at once. Thread-safe.
 */
final class Relaying implements RelayControl, Bouncer, Acceptance, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("relay");

    private final LiveConfiguration live;
    private final InFlight inFlight;
    private final Notices notices;
    private final RelayScheduler scheduler;
    private final QueueLoads loads;
    private final PauseFile pauses;
    private final TimeSource time;
    private volatile Table table = new Table(Map.of(), Map.of());

    /** The downstreams of a configuration, and the same with the way of notices. */
    private record Table(Map<String, Downstream> configured, Map<String, Downstream> all) {}

    /**
     * What it is made of.
     *
     * @param data where it keeps its file of what is in flight
     * @param alsoToldOfMail who else hears of attempts and their outcomes
     * @param alsoToldOfNotices who else hears of notices
     */
    record Parts(
            LiveConfiguration live,
            Spool spool,
            Metrics metrics,
            Journal journal,
            TimeSource time,
            Path data,
            List<RelayListener> alsoToldOfMail,
            List<NoticeListener> alsoToldOfNotices) {
        Parts {
            alsoToldOfMail = List.copyOf(alsoToldOfMail);
            alsoToldOfNotices = List.copyOf(alsoToldOfNotices);
        }
    }

    private Relaying(Parts parts, InFlight inFlight) {
        this.live = parts.live();
        this.inFlight = inFlight;
        this.time = parts.time();
        this.pauses = new PauseFile(parts.data().resolve("paused"));
        Spool spool = parts.spool();
        this.loads = new QueueLoads(spool, this::way, this::isConfigured, parts.metrics(), time);
        this.notices = new Notices(parts, this::wake);
        RelayListener[] listeners = new RelayListener[parts.alsoToldOfMail().size() + 2];
        listeners[0] = new RelayLog(parts.metrics(), parts.journal(), time);
        listeners[1] = notices.listener();
        for (int i = 2; i < listeners.length; i++) {
            listeners[i] = parts.alsoToldOfMail().get(i - 2);
        }
        this.scheduler =
                new RelayScheduler(
                        spool,
                        new Routes(),
                        this::downstreams,
                        this::connections,
                        this::retryPolicy,
                        time,
                        RandomGenerator.getDefault(),
                        RelayListener.all(listeners),
                        inFlight);
    }

    /**
     * Connects everything; nothing is delivered before {@link #start}.
     *
     * @throws StartFailure if the file of what is in flight cannot be written
     */
    static Relaying of(Parts parts) throws StartFailure {
        Path file = parts.data().resolve("in-flight");
        try {
            Files.createDirectories(parts.data());
            return new Relaying(parts, InFlight.open(file));
        } catch (IOException e) {
            throw new StartFailure(
                    parts.live().config().placeOf("data") + ": " + file + ": " + e.getMessage(), e);
        }
    }

    /** Where mail goes by the configuration in force. */
    private final class Routes implements Router {
        @Override
        public Optional<String> downstream(Domain domain) {
            return live.route(domain);
        }

        @Override
        public Optional<String> own(EmailAddress recipient) {
            return live.ownRoute(recipient);
        }

        @Override
        public boolean canSay(EmailAddress recipient) {
            return live.canRoute(recipient);
        }

        @Override
        public boolean has(String downstream) {
            return isConfigured(downstream);
        }

        @Override
        public Optional<String> notices() {
            return Optional.of(live.config().notifications().route());
        }
    }

    private boolean isConfigured(String downstream) {
        return live.config().downstreams().containsKey(downstream);
    }

    @SuppressWarnings("ReferenceEquality") // the same table, whatever stands in it
    private Map<String, Downstream> downstreams() {
        Map<String, Downstream> configured = live.downstreamsByName();
        Table known = table;
        if (known.configured() != configured) {
            Map<String, Downstream> all = new HashMap<>(configured);
            all.put(NotificationsConfig.MX_ROUTE, notices.way());
            loads.show(all.keySet());
            known = new Table(configured, all);
            table = known;
        }
        return known.all();
    }

    /**
     * How many attempts a downstream may have under way; one that is gone just now gets none more.
     */
    private int connections(String downstream) {
        if (downstream.equals(NotificationsConfig.MX_ROUTE)) {
            return Notices.AT_ONCE;
        }
        DownstreamConfig config = live.config().downstreams().get(downstream);
        return config == null ? 1 : config.connections();
    }

    private RetryPolicy retryPolicy() {
        SpoolConfig config = live.config().spool();
        return new RetryPolicy(config.retryFirst(), config.retryMax(), config.retryExpire());
    }

    /** Begins to deliver and to tell. */
    void start() {
        loads.show(downstreams().keySet());
        try {
            for (PauseFile.Pause pause : pauses.read()) {
                Duration left = Duration.between(time.instant(), pause.until());
                if (left.isPositive()) {
                    scheduler.pause(pause.downstream(), pause.words(), left);
                    LOG.warn("{} stays paused, {}", pause.downstream(), pause.words());
                }
            }
        } catch (IOException e) {
            LOG.error("which downstreams were paused cannot be read: {}", e.getMessage(), e);
        }
        scheduler.start();
        notices.start();
    }

    @Override
    public List<LaneStatus> lanes() {
        return scheduler.lanes();
    }

    @Override
    public void pause(String downstream, Duration length, String actor, String why)
            throws IOException {
        PauseFile.Pause pause =
                new PauseFile.Pause(downstream, time.instant().plus(length), actor, why);
        scheduler.pause(downstream, pause.words(), length);
        LOG.warn("{} is paused until {} {}", downstream, pause.until(), pause.words());
        pauses.add(pause);
    }

    @Override
    public void resume(String downstream, String actor, String why) throws IOException {
        scheduler.resume(downstream);
        LOG.info("{} goes on, by {}{}", downstream, actor, why.isEmpty() ? "" : ": " + why);
        pauses.remove(downstream);
    }

    @Override
    public void tryNow() {
        scheduler.tryNow();
    }

    /** Share of the most frequent sender in all that waits, 0 to 1. */
    double topSenderShare() {
        return loads.topSenderShare();
    }

    /** The downstream of a domain's mail, ours or not. */
    private Optional<String> way(Domain domain) {
        return live.route(domain).or(() -> Optional.of(live.config().notifications().route()));
    }

    @Override
    public Optional<String> overQuota(Domain domain) {
        DomainConfig config = live.config().domains().get(domain);
        if (config == null || config.quota().isUnlimited()) {
            return Optional.empty();
        }
        QuotaConfig quota = config.quota();
        QueueLoads.Load load = loads.of(domain.ascii());
        boolean full =
                (quota.messages() > 0 && load.messages() >= quota.messages())
                        || (quota.bytes() > 0 && load.bytes() >= quota.bytes());
        return full ? Optional.of("Too much mail waits for " + domain.ascii()) : Optional.empty();
    }

    @Override
    public void accepted(Envelope envelope, long size) {
        loads.accepted(envelope, size);
        scheduler.wake();
    }

    @Override
    public Optional<CutThrough.Ticket> expect(QueueId id, Envelope envelope) {
        if (!live.config().relay().cutThrough()) {
            return Optional.empty();
        }
        Set<String> names = new HashSet<>();
        for (Recipient r : envelope.recipients()) {
            names.add(live.ownRoute(r.address()).or(() -> ofDomain(r.address())).orElse(""));
        }
        // several downstreams would have to agree, and one that is busy is not waited for
        boolean wait = names.size() == 1 && scheduler.isFree(names.iterator().next());
        return wait ? Optional.of(scheduler.cutThrough().expect(id)) : Optional.empty();
    }

    private Optional<String> ofDomain(EmailAddress address) {
        return address.host() instanceof Domain domain ? live.route(domain) : Optional.empty();
    }

    @Override
    public Duration patience() {
        return live.config().relay().cutThroughWait();
    }

    @Override
    public Optional<String> objection(QueueEntry entry) {
        return notices.objection(entry);
    }

    @Override
    public void givenUp(QueueId id) {
        notices.consider(id);
    }

    /** Says that there may be something new to do. */
    void wake() {
        scheduler.wake();
    }

    /** The schedule. */
    RelayScheduler scheduler() {
        return scheduler;
    }

    /** Lets attempts under way end, but no longer than this, and stops the schedule. */
    void stop(Duration patience) {
        try {
            scheduler.stop(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets everything go, after {@link #stop} or where nothing was started. */
    @Override
    public void close() {
        notices.close();
        inFlight.close();
    }
}
