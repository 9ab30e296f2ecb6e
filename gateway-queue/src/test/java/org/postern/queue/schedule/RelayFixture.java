package org.postern.queue.schedule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.Domain;
import org.postern.core.mail.DsnNotify;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.core.reply.SmtpReply;
import org.postern.core.time.ManualTimeSource;
import org.postern.queue.delivery.DeliveryReport;
import org.postern.queue.delivery.DeliveryRequest;
import org.postern.queue.delivery.Downstream;
import org.postern.queue.delivery.DownstreamStatus;
import org.postern.queue.delivery.RecipientOutcome;
import org.postern.queue.delivery.Step;
import org.postern.queue.dsn.NoticeBudget;
import org.postern.queue.dsn.NoticeDecision;
import org.postern.queue.dsn.NoticeEvent;
import org.postern.queue.dsn.NoticeListener;
import org.postern.queue.dsn.NoticePolicy;
import org.postern.queue.dsn.NoticeSender;
import org.postern.queue.dsn.NoticeSettings;
import org.postern.queue.dsn.NoticeWriter;
import org.postern.queue.dsn.SenderAuthentication;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.Route;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.SpoolWriter;
import org.postern.queue.spool.log.DiskSpool;

/** A spool on disk, its schedule and its notices, towards downstreams that a test scripts. */
final class RelayFixture implements AutoCloseable {
    static final SmtpReply OK = SmtpReply.of(250, "2.0.0", "OK");
    static final SmtpReply LATER = SmtpReply.of(450, "4.2.1", "Later");
    static final SmtpReply NEVER = SmtpReply.of(550, "5.1.1", "Never");

    final ManualTimeSource time = new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    final Map<String, Downstream> downstreams = new ConcurrentHashMap<>();
    final List<RelayEvent> events = Collections.synchronizedList(new ArrayList<>());
    final List<QueueEntry> finished = Collections.synchronizedList(new ArrayList<>());
    final List<NoticeDecision> decisions = Collections.synchronizedList(new ArrayList<>());

    final List<QueueEntry> held = Collections.synchronizedList(new ArrayList<>());

    /** Which domains have a downstream now. */
    final Map<String, String> routes = new ConcurrentHashMap<>(Map.of("example.net", "store"));

    /** Which recipients have a downstream of their own now. */
    final Map<String, String> own = new ConcurrentHashMap<>();

    /** Recipients of whom nobody can say now where their mail goes. */
    final Set<String> unsure = ConcurrentHashMap.newKeySet();

    /** The most attempts at once towards any downstream. */
    volatile int concurrency = 2;

    volatile NoticeSettings settings = NoticeSettings.defaults();
    private final NoticeListener hears =
            new NoticeListener() {
                @Override
                public void decided(QueueEntry about, NoticeEvent event, NoticeDecision decision) {
                    decisions.add(decision);
                }

                @Override
                public void stored(QueueEntry about, NoticeEvent event, QueueId notice) {
                    scheduler.wake();
                }
            };
    private final Path folder;
    Spool spool;
    InFlight inFlight;
    RelayScheduler scheduler;
    NoticeDesk desk;
    NoticeSender sender;

    RelayFixture(Path folder) throws IOException {
        this.folder = folder;
        open();
    }

    /** Opens everything; the schedule is not running yet. */
    void open() throws IOException {
        spool =
                DiskSpool.open(
                        new SpoolOptions(folder.resolve("spool"), 1 << 20, 64 << 10, 0, 200_000),
                        time,
                        SpoolListener.NONE);
        inFlight = InFlight.open(folder.resolve("in-flight"));
        sender = sender(spool);
        desk = desk(spool, sender);
        scheduler =
                new RelayScheduler(
                        spool,
                        new Router() {
                            @Override
                            public boolean canSay(EmailAddress recipient) {
                                return !unsure.contains(recipient.toString());
                            }

                            @Override
                            public Optional<String> downstream(Domain domain) {
                                return Optional.ofNullable(routes.get(domain.ascii()));
                            }

                            @Override
                            public Optional<String> own(EmailAddress recipient) {
                                return Optional.ofNullable(own.get(recipient.toString()));
                            }

                            @Override
                            public boolean has(String downstream) {
                                return downstreams.containsKey(downstream);
                            }

                            @Override
                            public Optional<String> notices() {
                                return Optional.of("notices");
                            }
                        },
                        () -> downstreams,
                        name -> concurrency,
                        () ->
                                new RetryPolicy(
                                        Duration.ofMinutes(1),
                                        Duration.ofHours(1),
                                        Duration.ofDays(5)),
                        time,
                        new Random(1),
                        RelayListener.all(
                                new RelayListener() {
                                    @Override
                                    public void outcome(RelayEvent event) {
                                        events.add(event);
                                    }

                                    @Override
                                    public void finished(QueueEntry entry) {
                                        finished.add(entry);
                                    }

                                    @Override
                                    public void held(QueueEntry entry) {
                                        held.add(entry);
                                    }
                                },
                                desk),
                        inFlight);
    }

    private NoticeSender sender(Spool over) {
        NoticeWriter writer =
                new NoticeWriter(
                        Domain.of("mx.example.net"),
                        EmailAddress.of("postmaster@example.net"),
                        time);
        return new NoticeSender(
                over,
                new NoticePolicy(() -> settings, new NoticeBudget(() -> settings, time)),
                () -> writer,
                hears,
                time,
                "mx.example.net");
    }

    private NoticeDesk desk(Spool over, NoticeSender sends) {
        return new NoticeDesk(
                over,
                sends,
                () ->
                        new NoticeDesk.Delays(
                                settings.delays(), Duration.ofHours(4), Duration.ofDays(5)),
                hears,
                time);
    }

    /** Another desk over the same spool as this one shows it. */
    NoticeDesk desk(Spool over) {
        return desk(over, sender(over));
    }

    /** The spool, one of whose methods says that it was called and then waits. */
    Spool waitingIn(String name, CountDownLatch called, CountDownLatch until) {
        return (Spool)
                Proxy.newProxyInstance(
                        Spool.class.getClassLoader(),
                        new Class<?>[] {Spool.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals(name)) {
                                called.countDown();
                                assertThat(until.await(20, TimeUnit.SECONDS)).isTrue();
                            }
                            try {
                                return method.invoke(spool, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    RelayFixture start() {
        scheduler.start();
        desk.start();
        return this;
    }

    @Override
    public void close() {
        scheduler.close();
        desk.close();
        inFlight.close();
        spool.close();
    }

    /** A recipient that asks for these notices. */
    static Recipient recipient(String address, DsnNotify... notify) throws Exception {
        return new Recipient(EmailAddress.of(address), Set.of(notify), null);
    }

    QueueId store(String from, Recipient... recipients) throws Exception {
        return store(from, SenderAuthentication.SPF, recipients);
    }

    QueueId store(String from, SenderAuthentication known, Recipient... recipients)
            throws Exception {
        try (SpoolWriter writer = spool.begin()) {
            byte[] content = "Subject: x\r\n\r\nbody\r\n".getBytes(UTF_8);
            writer.write(content, 0, content.length);
            QueueId id = writer.commit(meta(from, known, recipients)).id();
            scheduler.wake();
            return id;
        }
    }

    MessageMeta meta(String from, SenderAuthentication known, Recipient... recipients)
            throws Exception {
        Envelope envelope = Envelope.of(ReversePath.parse(from), List.of(recipients));
        return new MessageMeta(
                envelope,
                time.instant(),
                "192.0.2.1",
                "client",
                "Received: x\r\n".getBytes(UTF_8),
                List.of(),
                Map.of(
                        SenderAuthentication.NOTE,
                        known.word(),
                        Route.NOTE,
                        Route.of(envelope, address -> own.get(address.toString()))));
    }

    /** The relayed content of an entry. */
    String text(QueueId id) throws IOException {
        try (InputStream in = spool.relayed(id).open()) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    Optional<QueueEntry> find(QueueId id) {
        try {
            return spool.find(id);
        } catch (SpoolException e) {
            throw new AssertionError(e);
        }
    }

    /** What a downstream does. */
    interface Delivery {
        DeliveryReport deliver(DeliveryRequest request) throws Exception;
    }

    /** One whose outcome for each recipient is this, which does DSN or is a store or neither. */
    void answers(String name, boolean dsn, boolean store, Function<Recipient, SmtpReply> reply) {
        does(
                name,
                store,
                request ->
                        new DeliveryReport(
                                each(request, reply),
                                name + ":25",
                                null,
                                "TLS",
                                dsn,
                                Duration.ZERO));
    }

    /** An outcome for each recipient by this reply. */
    static Map<Recipient, RecipientOutcome> each(
            DeliveryRequest request, Function<Recipient, SmtpReply> reply) {
        Map<Recipient, RecipientOutcome> all = new LinkedHashMap<>();
        for (Recipient r : request.envelope().recipients()) {
            all.put(r, outcome(reply.apply(r)));
        }
        return all;
    }

    /** A report that everybody got this reply after so long, or that it broke off there. */
    static DeliveryReport report(
            DeliveryRequest request, SmtpReply reply, @Nullable Step trouble, Duration took) {
        return new DeliveryReport(
                each(request, r -> reply), "store:25", trouble, null, false, took);
    }

    static RecipientOutcome outcome(SmtpReply reply) {
        return reply.isPositive()
                ? new RecipientOutcome.Delivered(reply)
                : reply.isTransient()
                        ? new RecipientOutcome.Deferred(reply)
                        : new RecipientOutcome.Failed(reply);
    }

    void does(String name, boolean store, Delivery delivery) {
        downstreams.put(
                name,
                new Downstream() {
                    @Override
                    public String name() {
                        return name;
                    }

                    @Override
                    public boolean isFinalStore() {
                        return store;
                    }

                    @Override
                    public DeliveryReport deliver(DeliveryRequest request)
                            throws InterruptedException {
                        try {
                            return delivery.deliver(request);
                        } catch (InterruptedException | RuntimeException e) {
                            throw e;
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    }

                    @Override
                    public DownstreamStatus status() {
                        return new DownstreamStatus(name, 0, 0, 0, 0, null, null, null);
                    }

                    @Override
                    public void close() {}
                });
    }
}
