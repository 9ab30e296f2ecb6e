package org.postern.queue.schedule;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
import org.postern.queue.spool.Change;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.RecipientState;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.SpoolWriter;
import org.postern.queue.spool.log.DiskSpool;

class RelaySchedulerTest {
    private static final SmtpReply OK = SmtpReply.of(250, "2.0.0", "OK");
    private static final SmtpReply LATER = SmtpReply.of(450, "4.2.1", "Later");
    private static final SmtpReply NEVER = SmtpReply.of(550, "5.1.1", "Never");

    @TempDir private Path folder;
    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private final Map<String, Downstream> downstreams = new ConcurrentHashMap<>();
    private final List<RelayEvent> events = Collections.synchronizedList(new ArrayList<>());
    private final List<QueueEntry> finished = Collections.synchronizedList(new ArrayList<>());
    private final List<QueueEntry> held = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, String> routes = new ConcurrentHashMap<>();
    private Spool spool;
    private RelayScheduler scheduler;

    @BeforeEach
    void open() throws SpoolException {
        spool =
                DiskSpool.open(
                        new SpoolOptions(folder.resolve("spool"), 1 << 20, 64 << 10, 0, 200_000),
                        time,
                        SpoolListener.NONE);
        routes.put("example.net", "store");
        routes.put("slow.example", "slow");
        scheduler =
                new RelayScheduler(
                        spool,
                        domain -> Optional.ofNullable(routes.get(domain.ascii())),
                        () -> downstreams,
                        name -> 2,
                        () ->
                                new RetryPolicy(
                                        Duration.ofMinutes(1),
                                        Duration.ofHours(1),
                                        Duration.ofDays(5)),
                        time,
                        new Random(1),
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
                        });
    }

    @AfterEach
    void close() {
        scheduler.close();
        spool.close();
    }

    private QueueId store(String... recipients) throws Exception {
        try (SpoolWriter writer = spool.begin()) {
            byte[] content = "Subject: x\r\n\r\nbody\r\n".getBytes(US_ASCII);
            writer.write(content, 0, content.length);
            return writer.commit(
                            new MessageMeta(
                                    Envelope.of(
                                            ReversePath.Null.INSTANCE,
                                            Stream.of(recipients)
                                                    .map(a -> Recipient.of(EmailAddress.of(a)))
                                                    .toList()),
                                    time.instant(),
                                    "192.0.2.1",
                                    "client",
                                    "Received: x\r\n".getBytes(US_ASCII),
                                    List.of(),
                                    Map.of()))
                    .id();
        }
    }

    private interface Delivery {
        Map<Recipient, RecipientOutcome> deliver(DeliveryRequest request) throws Exception;
    }

    /** Where the next attempts break off; null when they do not. */
    private volatile Step trouble;

    private void downstream(String name, Delivery delivery) {
        downstreams.put(
                name,
                new Downstream() {
                    @Override
                    public String name() {
                        return name;
                    }

                    @Override
                    public DeliveryReport deliver(DeliveryRequest request)
                            throws InterruptedException {
                        try {
                            return new DeliveryReport(
                                    delivery.deliver(request),
                                    name,
                                    trouble,
                                    null,
                                    false,
                                    Duration.ZERO);
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

    private static Map<Recipient, RecipientOutcome> each(
            DeliveryRequest request, Function<Recipient, RecipientOutcome> outcome) {
        Map<Recipient, RecipientOutcome> all = new LinkedHashMap<>();
        request.envelope().recipients().forEach(r -> all.put(r, outcome.apply(r)));
        return all;
    }

    private static RecipientOutcome delivered(Recipient r) {
        return new RecipientOutcome.Delivered(OK);
    }

    @Test
    void relaysWhatIsStoredAndForgetsIt() throws Exception {
        List<String> got = Collections.synchronizedList(new ArrayList<>());
        downstream(
                "store",
                request -> {
                    try (InputStream in = request.content().open()) {
                        got.add(new String(in.readAllBytes(), US_ASCII));
                    }
                    return each(request, RelaySchedulerTest::delivered);
                });
        scheduler.start();
        for (int i = 0; i < 50; i++) {
            store("b@example.net");
            scheduler.wake();
        }
        await().untilAsserted(() -> assertThat(finished.size()).isEqualTo(50));
        assertThat(got).hasSize(50).containsOnly("Received: x\r\nSubject: x\r\n\r\nbody\r\n");
        assertThat(spool.summary().total()).isZero();
    }

    @Test
    void triesOnlyThePendingRecipientsAgainAndOnlyWhenTheyAreDue() throws Exception {
        List<DeliveryRequest> requests = Collections.synchronizedList(new ArrayList<>());
        downstream(
                "store",
                request -> {
                    requests.add(request);
                    boolean first = requests.size() == 1;
                    return each(
                            request,
                            r ->
                                    first && r.address().localPart().equals("later")
                                            ? new RecipientOutcome.Deferred(LATER)
                                            : new RecipientOutcome.Delivered(OK));
                });
        QueueId id = store("now@example.net", "later@example.net");
        scheduler.start();
        await().untilAsserted(() -> assertThat(events.size()).isEqualTo(2));
        QueueEntry entry = spool.find(id).orElseThrow();
        assertThat(entry.state()).isEqualTo(EntryState.DEFERRED);
        assertThat(entry.recipients().get(1).reply()).isEqualTo("450 4.2.1 Later");
        assertThat(entry.downstream()).isEqualTo("store");
        assertThat(entry.due().orElseThrow())
                .isBetween(Duration.ofSeconds(48), Duration.ofSeconds(73));
        time.advance(Duration.ofSeconds(75));
        scheduler.wake();
        await().untilAsserted(() -> assertThat(finished.size()).isEqualTo(1));
        assertThat(requests.get(1).envelope().recipients())
                .extracting(r -> r.address().toString())
                .containsExactly("later@example.net");
    }

    @Test
    void holdsWhatIsRefusedForGoodAndTellsNobody() throws Exception {
        downstream("store", q -> each(q, r -> new RecipientOutcome.Failed(NEVER)));
        QueueId id = store("b@example.net");
        scheduler.start();
        await().untilAsserted(() -> assertThat(held).hasSize(1));
        assertThat(spool.find(id).orElseThrow().state()).isEqualTo(EntryState.HELD);
        assertThat(spool.find(id).orElseThrow().reason()).isEqualTo("failed");
        assertThat(events.getFirst().outcome()).isEqualTo(RelayEvent.Outcome.FAILED);
    }

    @Test
    void givesUpByTimeThatWasSeenNotByTheWallClock() throws Exception {
        downstream("store", q -> each(q, r -> new RecipientOutcome.Deferred(LATER)));
        QueueId id = store("b@example.net");
        time.stepWallClock(Duration.ofDays(300));
        scheduler.start();
        await().untilAsserted(() -> assertThat(events.size()).isEqualTo(1));
        assertThat(events.getFirst().outcome()).isEqualTo(RelayEvent.Outcome.DEFERRED);
        time.advance(Duration.ofDays(5).plusMinutes(1));
        scheduler.wake();
        await().untilAsserted(() -> assertThat(held).hasSize(1));
        QueueEntry entry = spool.find(id).orElseThrow();
        assertThat(entry.reason()).isEqualTo("expired");
        assertThat(entry.recipients().getFirst().state()).isEqualTo(RecipientState.FAILED);
    }

    @Test
    void neverLetsASlowDownstreamDelayAnother() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        downstream(
                "slow",
                q -> {
                    release.await();
                    return each(q, RelaySchedulerTest::delivered);
                });
        downstream("store", q -> each(q, RelaySchedulerTest::delivered));
        for (int i = 0; i < 100; i++) {
            store("b@slow.example");
        }
        for (int i = 0; i < 20; i++) {
            store("b@example.net");
        }
        QueueId both = store("b@slow.example", "b@example.net");
        scheduler.start();
        await().untilAsserted(() -> assertThat(finished.size()).isEqualTo(20));
        assertThat(scheduler.lanes())
                .anyMatch(l -> l.downstream().equals("slow") && l.running() == 2);
        release.countDown();
        await().untilAsserted(() -> assertThat(finished.size()).isEqualTo(121));
        assertThat(spool.find(both)).isEmpty();
    }

    @Test
    void keepsMailOfADomainThatHasNoDownstreamNow() throws Exception {
        QueueId id = store("b@gone.example");
        scheduler.start();
        await().untilAsserted(() -> assertThat(events.size()).isEqualTo(1));
        assertThat(spool.find(id).orElseThrow().state()).isEqualTo(EntryState.DEFERRED);
        downstream("store", q -> each(q, RelaySchedulerTest::delivered));
        routes.put("gone.example", "store");
        assertThat(scheduler.retryNow(List.of(id))).isEqualTo(1);
        await().untilAsserted(() -> assertThat(finished.size()).isEqualTo(1));
    }

    @Test
    void survivesADownstreamThatThrows() throws Exception {
        downstream(
                "store",
                q -> {
                    throw new IllegalStateException("defect");
                });
        QueueId id = store("b@example.net");
        scheduler.start();
        await().untilAsserted(() -> assertThat(events.size()).isEqualTo(1));
        assertThat(spool.find(id).orElseThrow().recipients().getFirst().reply())
                .isEqualTo("451 4.3.0 Local trouble: defect");
    }

    @Test
    void stopsWithoutLosingOrRepeatingAnything() throws Exception {
        CountDownLatch begun = new CountDownLatch(2);
        CountDownLatch release = new CountDownLatch(1);
        downstream(
                "store",
                q -> {
                    begun.countDown();
                    release.await();
                    return each(q, RelaySchedulerTest::delivered);
                });
        for (int i = 0; i < 20; i++) {
            store("b@example.net");
        }
        scheduler.start();
        begun.await();
        Thread stopper =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                scheduler.stop(Duration.ofSeconds(20));
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        await().until(() -> spool.summary().active() == 2);
        release.countDown();
        stopper.join();
        assertThat(finished.size()).isEqualTo(2);
        assertThat(spool.summary().active()).isZero();
        assertThat(spool.summary().count(EntryState.QUEUED)).isEqualTo(18);
    }

    @Test
    void leavesHeldEntriesAloneUntilTheyAreReleased() throws Exception {
        downstream("store", q -> each(q, RelaySchedulerTest::delivered));
        QueueId id = store("b@example.net");
        spool.change(List.of(id), new Change.Hold("me", "wait"));
        QueueId other = store("b@example.net");
        scheduler.start();
        await().untilAsserted(() -> assertThat(finished.size()).isEqualTo(1));
        assertThat(finished.getFirst().id()).isEqualTo(other);
        spool.change(List.of(id), new Change.Release("me", false));
        scheduler.wake();
        await().untilAsserted(() -> assertThat(finished.size()).isEqualTo(2));
    }

    @Test
    void triesNothingWhileADownstreamIsPaused() throws Exception {
        downstream("store", q -> each(q, RelaySchedulerTest::delivered));
        scheduler.pause("store", "moving house", Duration.ofHours(1));
        for (int i = 0; i < 10; i++) {
            store("b@example.net");
        }
        scheduler.start();
        await().during(Duration.ofMillis(300)).until(events::isEmpty);
        assertThat(scheduler.lanes().getFirst().stopped()).isEqualTo("paused: moving house");
        assertThat(scheduler.lanes().getFirst().stoppedFor()).isEqualTo(Duration.ofHours(1));
        scheduler.resume("store");
        await().until(() -> finished.size() == 10);
        scheduler.pause("store", "", Duration.ofMinutes(5));
        store("b@example.net");
        scheduler.wake();
        time.advance(Duration.ofMinutes(5));
        scheduler.wake();
        await().until(() -> finished.size() == 11);
    }

    @Test
    void asksADownstreamInTroubleOnlyNowAndThenWithOneMessage() throws Exception {
        trouble = Step.CONNECT;
        downstream("store", q -> each(q, r -> new RecipientOutcome.Deferred(LATER)));
        for (int i = 0; i < 40; i++) {
            store("b@example.net");
        }
        scheduler.start();
        await().until(() -> !events.isEmpty() && scheduler.lanes().getFirst().running() == 0);
        assertThat(events.size()).isBetween(5, 8);
        assertThat(scheduler.lanes().getFirst().stopped()).startsWith("circuit open");
        int before = events.size();
        time.advance(Duration.ofSeconds(41));
        scheduler.wake();
        await().until(() -> events.size() == before + 1);
        trouble = null;
        downstream("store", q -> each(q, RelaySchedulerTest::delivered));
        time.advance(Duration.ofMinutes(5));
        scheduler.wake();
        await().until(() -> finished.size() == 40);
        assertThat(scheduler.lanes().getFirst().stopped()).isEmpty();
    }
}
