package org.postern.queue.schedule;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postern.queue.schedule.RelayFixture.LATER;
import static org.postern.queue.schedule.RelayFixture.NEVER;
import static org.postern.queue.schedule.RelayFixture.OK;

import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.queue.delivery.DeliveryReport;
import org.postern.queue.delivery.DeliveryRequest;
import org.postern.queue.delivery.RecipientOutcome;
import org.postern.queue.delivery.Step;
import org.postern.queue.spool.Change;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.RecipientState;

/** What follows from each outcome; nobody is told of anything here. */
class RelaySchedulerTest extends WithRelay {
    @BeforeEach
    void twoDomains() {
        relay.routes.put("slow.example", "slow");
    }

    private QueueId store(String... recipients) throws Exception {
        List<Recipient> all =
                Stream.of(recipients).map(a -> Recipient.of(EmailAddress.of(a))).toList();
        return relay.store("", all.toArray(Recipient[]::new));
    }

    private interface Delivery {
        Map<Recipient, RecipientOutcome> deliver(DeliveryRequest request) throws Exception;
    }

    /** Where the next attempts break off; null when they do not. */
    private volatile Step trouble;

    private void downstream(String name, Delivery delivery) {
        relay.does(
                name,
                false,
                request ->
                        new DeliveryReport(
                                delivery.deliver(request),
                                name,
                                trouble,
                                null,
                                false,
                                Duration.ZERO));
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
        relay.scheduler.start();
        for (int i = 0; i < 50; i++) {
            store("b@example.net");
            relay.scheduler.wake();
        }
        await().untilAsserted(() -> assertThat(relay.finished.size()).isEqualTo(50));
        assertThat(got).hasSize(50).containsOnly("Received: x\r\nSubject: x\r\n\r\nbody\r\n");
        assertThat(relay.spool.summary().total()).isZero();
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
        relay.scheduler.start();
        await().untilAsserted(() -> assertThat(relay.events.size()).isEqualTo(2));
        QueueEntry entry = relay.spool.find(id).orElseThrow();
        assertThat(entry.state()).isEqualTo(EntryState.DEFERRED);
        assertThat(entry.recipients().get(1).reply()).isEqualTo("450 4.2.1 Later");
        assertThat(entry.downstream()).isEqualTo("store");
        assertThat(entry.due().orElseThrow())
                .isBetween(Duration.ofSeconds(48), Duration.ofSeconds(73));
        relay.time.advance(Duration.ofSeconds(75));
        relay.scheduler.wake();
        await().untilAsserted(() -> assertThat(relay.finished.size()).isEqualTo(1));
        assertThat(requests.get(1).envelope().recipients())
                .extracting(r -> r.address().toString())
                .containsExactly("later@example.net");
    }

    @Test
    void holdsWhatIsRefusedForGoodAndTellsNobody() throws Exception {
        downstream("store", q -> each(q, r -> new RecipientOutcome.Failed(NEVER)));
        QueueId id = store("b@example.net");
        relay.scheduler.start();
        await().untilAsserted(() -> assertThat(relay.held).hasSize(1));
        assertThat(relay.spool.find(id).orElseThrow().state()).isEqualTo(EntryState.HELD);
        assertThat(relay.spool.find(id).orElseThrow().reason()).isEqualTo("failed");
        assertThat(relay.events.getFirst().outcome()).isEqualTo(RelayEvent.Outcome.FAILED);
    }

    @Test
    void givesUpByTimeThatWasSeenNotByTheWallClock() throws Exception {
        downstream("store", q -> each(q, r -> new RecipientOutcome.Deferred(LATER)));
        QueueId id = store("b@example.net");
        relay.time.stepWallClock(Duration.ofDays(300));
        relay.scheduler.start();
        await().untilAsserted(() -> assertThat(relay.events.size()).isEqualTo(1));
        assertThat(relay.events.getFirst().outcome()).isEqualTo(RelayEvent.Outcome.DEFERRED);
        relay.time.advance(Duration.ofDays(5).plusMinutes(1));
        relay.scheduler.wake();
        await().untilAsserted(() -> assertThat(relay.held).hasSize(1));
        QueueEntry entry = relay.spool.find(id).orElseThrow();
        assertThat(entry.reason()).isEqualTo("expired");
        assertThat(entry.recipients().getFirst().state()).isEqualTo(RecipientState.FAILED);
    }

    @Test
    void neverLetsASlowDownstreamDelayAnother() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        downstream(
                "slow",
                q -> {
                    assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
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
        relay.scheduler.start();
        await().untilAsserted(() -> assertThat(relay.finished.size()).isEqualTo(20));
        assertThat(relay.scheduler.lanes())
                .anyMatch(l -> l.downstream().equals("slow") && l.running() == 2);
        release.countDown();
        await().untilAsserted(() -> assertThat(relay.finished.size()).isEqualTo(121));
        assertThat(relay.spool.find(both)).isEmpty();
    }

    @Test
    void keepsMailOfADomainThatHasNoDownstreamNow() throws Exception {
        QueueId id = store("b@gone.example");
        relay.scheduler.start();
        await().untilAsserted(() -> assertThat(relay.events.size()).isEqualTo(1));
        assertThat(relay.spool.find(id).orElseThrow().state()).isEqualTo(EntryState.DEFERRED);
        downstream("store", q -> each(q, RelaySchedulerTest::delivered));
        relay.routes.put("gone.example", "store");
        assertThat(relay.scheduler.retryNow(List.of(id))).isEqualTo(1);
        await().untilAsserted(() -> assertThat(relay.finished.size()).isEqualTo(1));
    }

    @Test
    void survivesADownstreamThatThrows() throws Exception {
        downstream(
                "store",
                q -> {
                    throw new IllegalStateException("defect");
                });
        QueueId id = store("b@example.net");
        relay.scheduler.start();
        await().untilAsserted(() -> assertThat(relay.events.size()).isEqualTo(1));
        assertThat(relay.spool.find(id).orElseThrow().recipients().getFirst().reply())
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
                    assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
                    return each(q, RelaySchedulerTest::delivered);
                });
        for (int i = 0; i < 20; i++) {
            store("b@example.net");
        }
        relay.scheduler.start();
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        Thread stopper =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                relay.scheduler.stop(Duration.ofSeconds(20));
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        await().until(() -> relay.spool.summary().active() == 2);
        release.countDown();
        assertThat(stopper.join(Duration.ofSeconds(20))).isTrue();
        assertThat(relay.finished.size()).isEqualTo(2);
        assertThat(relay.spool.summary().active()).isZero();
        assertThat(relay.spool.summary().count(EntryState.QUEUED)).isEqualTo(18);
    }

    @Test
    void leavesHeldEntriesAloneUntilTheyAreReleased() throws Exception {
        downstream("store", q -> each(q, RelaySchedulerTest::delivered));
        QueueId id = store("b@example.net");
        relay.spool.change(List.of(id), new Change.Hold("me", "wait"));
        QueueId other = store("b@example.net");
        relay.scheduler.start();
        await().untilAsserted(() -> assertThat(relay.finished.size()).isEqualTo(1));
        assertThat(relay.finished.getFirst().id()).isEqualTo(other);
        relay.spool.change(List.of(id), new Change.Release("me", false));
        relay.scheduler.wake();
        await().untilAsserted(() -> assertThat(relay.finished.size()).isEqualTo(2));
    }

    @Test
    void triesNothingWhileADownstreamIsPaused() throws Exception {
        downstream("store", q -> each(q, RelaySchedulerTest::delivered));
        relay.scheduler.pause("store", "moving house", Duration.ofHours(1));
        for (int i = 0; i < 10; i++) {
            store("b@example.net");
        }
        relay.scheduler.start();
        await().during(Duration.ofMillis(300)).until(relay.events::isEmpty);
        assertThat(relay.scheduler.lanes().getFirst().stopped()).isEqualTo("paused: moving house");
        assertThat(relay.scheduler.lanes().getFirst().stoppedFor()).isEqualTo(Duration.ofHours(1));
        relay.scheduler.resume("store");
        await().until(() -> relay.finished.size() == 10);
        relay.scheduler.pause("store", "", Duration.ofMinutes(5));
        store("b@example.net");
        relay.scheduler.wake();
        relay.time.advance(Duration.ofMinutes(5));
        relay.scheduler.wake();
        await().until(() -> relay.finished.size() == 11);
    }

    @Test
    void asksADownstreamInTroubleOnlyNowAndThenWithOneMessage() throws Exception {
        trouble = Step.CONNECT;
        downstream("store", q -> each(q, r -> new RecipientOutcome.Deferred(LATER)));
        for (int i = 0; i < 40; i++) {
            store("b@example.net");
        }
        relay.scheduler.start();
        await().until(() ->
                !relay.events.isEmpty() && relay.scheduler.lanes().getFirst().running() == 0);
        assertThat(relay.events.size()).isBetween(5, 8);
        assertThat(relay.scheduler.lanes().getFirst().stopped()).startsWith("circuit open");
        int before = relay.events.size();
        relay.time.advance(Duration.ofSeconds(41));
        relay.scheduler.wake();
        await().until(() -> relay.events.size() == before + 1);
        trouble = null;
        downstream("store", q -> each(q, RelaySchedulerTest::delivered));
        relay.time.advance(Duration.ofMinutes(5));
        relay.scheduler.wake();
        await().until(() -> relay.finished.size() == 40);
        assertThat(relay.scheduler.lanes().getFirst().stopped()).isEmpty();
    }
}
