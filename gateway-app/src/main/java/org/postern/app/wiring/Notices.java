package org.postern.app.wiring;

import java.util.Optional;
import org.postern.app.telemetry.NoticeLog;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.NotificationsConfig;
import org.postern.core.config.PosternConfig;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.QueueId;
import org.postern.core.time.TimeSource;
import org.postern.queue.delivery.DeliveryEnvironment;
import org.postern.queue.delivery.Downstream;
import org.postern.queue.delivery.Downstreams;
import org.postern.queue.dsn.NoticeBudget;
import org.postern.queue.dsn.NoticeDecision;
import org.postern.queue.dsn.NoticeListener;
import org.postern.queue.dsn.NoticePolicy;
import org.postern.queue.dsn.NoticeSender;
import org.postern.queue.dsn.NoticeSettings;
import org.postern.queue.dsn.NoticeWriter;
import org.postern.queue.schedule.NoticeDesk;
import org.postern.queue.schedule.RelayListener;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.Spool;

/**
 * What senders are told of their mail, connected: who writes it, when, and the way it takes to
 * other people's domains. Settings are asked at each use, so that a reload holds at once.
 * Thread-safe.
 */
final class Notices implements AutoCloseable {
    /** Deliveries of notices at once, to all domains together. */
    static final int AT_ONCE = 8;

    private static final int SMTP_PORT = 25;

    private final LiveConfiguration live;
    private final Downstream way;
    private final NoticeDesk desk;
    private final NoticeSender sender;

    /**
     * Connects everything; nothing is told before {@link #start}.
     *
     * @param wake says that there is something new to deliver
     */
    Notices(Relaying.Parts parts, Runnable wake) {
        this.live = parts.live();
        TimeSource time = parts.time();
        Spool spool = parts.spool();
        this.way = toMailExchangers(live, time);
        NoticeBudget budget = new NoticeBudget(this::settings, time);
        NoticeListener log =
                NoticeListener.all(
                        new NoticeLog(parts.metrics(), parts.journal(), time, wake),
                        parts.alsoToldOfNotices());
        this.sender =
                new NoticeSender(
                        spool,
                        new NoticePolicy(this::settings, budget),
                        () -> writer(time),
                        log,
                        time,
                        live.config().hostname().ascii());
        this.desk = new NoticeDesk(spool, sender, this::delays, log, time);
    }

    private static Downstream toMailExchangers(LiveConfiguration live, TimeSource time) {
        PosternConfig config = live.config();
        DownstreamConfig way =
                new DownstreamConfig(
                        NotificationsConfig.MX_ROUTE,
                        new DownstreamConfig.Target.Smtp(
                                NotificationsConfig.MX_ROUTE, SMTP_PORT, false),
                        DownstreamConfig.Tls.OPPORTUNISTIC,
                        AT_ONCE,
                        DownstreamConfig.DEFAULT_TIMEOUT);
        return Downstreams.toMailExchangers(
                way,
                new DeliveryEnvironment(
                        config.hostname(),
                        time,
                        new PublicHosts(
                                live::dns, () -> live.config().networks().publicNetworks(), time),
                        new DeliveryLookups(live::dns, time)));
    }

    private NoticeSettings settings() {
        NotificationsConfig config = live.config().notifications();
        return new NoticeSettings(
                config.enabled(),
                config.enabled() && config.delays(),
                config.enabled() && config.successes(),
                config.perHour(),
                config.perSender());
    }

    private NoticeWriter writer(TimeSource time) {
        PosternConfig config = live.config();
        EmailAddress postmaster = config.notifications().postmaster();
        return new NoticeWriter(
                config.hostname(),
                postmaster == null ? EmailAddress.of("postmaster", config.hostname()) : postmaster,
                time);
    }

    private NoticeDesk.Delays delays() {
        NotificationsConfig config = live.config().notifications();
        return new NoticeDesk.Delays(
                config.enabled() && config.delays(),
                config.delayAfter(),
                live.config().spool().retryExpire());
    }

    /** The way of notices to other people's domains, {@link NotificationsConfig#MX_ROUTE}. */
    Downstream way() {
        return way;
    }

    /** The desk as one that is told what became of mail. */
    RelayListener listener() {
        return desk;
    }

    /** Begins to tell. */
    void start() {
        desk.start();
    }

    /** Why the sender of an entry would not be told that it was given up. */
    Optional<String> objection(QueueEntry entry) {
        return sender.wouldNotTell(entry).map(NoticeDecision.Reason::words);
    }

    /** Nothing of this entry is left to deliver: looks whether its sender is told. */
    void consider(QueueId id) {
        desk.consider(id);
    }

    @Override
    public void close() {
        desk.close();
        way.close();
    }
}
