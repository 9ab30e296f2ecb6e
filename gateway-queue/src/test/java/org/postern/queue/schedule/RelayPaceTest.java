package org.postern.queue.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postern.queue.schedule.RelayFixture.LATER;
import static org.postern.queue.schedule.RelayFixture.NEVER;
import static org.postern.queue.schedule.RelayFixture.OK;
import static org.postern.queue.schedule.RelayFixture.recipient;
import static org.postern.queue.schedule.RelayFixture.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.queue.delivery.Step;
import org.postern.queue.spool.EntryState;

/** Who is tried when, with a real spool and downstreams that a test slows, breaks and stops. */
class RelayPaceTest extends WithRelay {
    private static final Duration USUAL = Duration.ofMillis(50);

    private final CountDownLatch release = new CountDownLatch(1);
    private final List<QueueId> order = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void open() throws Exception {
        relay.answers("notices", false, false, r -> OK);
    }

    @AfterEach
    void release() {
        release.countDown();
    }

    private static Recipient ann() throws Exception {
        return recipient("ann@example.net");
    }

    private List<QueueId> store(int count) throws Exception {
        List<QueueId> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(relay.store("bob@sender.example", ann()));
        }
        return ids;
    }

    private LaneStatus lane() {
        return relay.scheduler.lanes().stream()
                .filter(l -> l.downstream().equals("store"))
                .findFirst()
                .orElseThrow();
    }

    /** Delivers to whom it is asked to, and remembers in what order. */
    private void storeThatKeepsOrder() {
        relay.does(
                "store",
                true,
                request -> {
                    order.add(request.id());
                    return report(request, OK, null, USUAL);
                });
    }

    @Test
    void aDownstreamThatSlowsDownIsAskedForLessAtOnce() throws Exception {
        relay.concurrency = 8;
        Duration[] took = {USUAL};
        relay.does("store", true, request -> report(request, OK, null, took[0]));
        relay.start();
        store(50);
        await().until(() -> relay.finished.size() == 50);
        assertThat(lane().limit()).isEqualTo(8);
        took[0] = Duration.ofSeconds(20);
        store(40);
        await().until(() -> relay.finished.size() == 90);
        assertThat(lane().limit()).isLessThan(8).isPositive();
        took[0] = USUAL;
        store(200);
        await().until(() -> relay.finished.size() == 290);
        assertThat(lane().limit()).isEqualTo(8);
    }

    @Test
    void nothingButOneProbeGoesToADownstreamWhoseCircuitIsOpen() throws Exception {
        relay.concurrency = 8;
        AtomicInteger asked = new AtomicInteger();
        relay.does(
                "store",
                true,
                request -> {
                    asked.incrementAndGet();
                    return report(request, LATER, Step.CONNECT, USUAL);
                });
        relay.start();
        store(60);
        await().until(() -> lane().running() == 0 && !lane().stopped().isEmpty());
        int before = asked.get();
        CountDownLatch probing = new CountDownLatch(1);
        relay.does(
                "store",
                true,
                request -> {
                    asked.incrementAndGet();
                    probing.countDown();
                    assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
                    return report(request, OK, null, USUAL);
                });
        store(20);
        assertThat(asked).as("fresh mail does not go round the circuit").hasValue(before);
        relay.time.advance(lane().stoppedFor());
        relay.scheduler.wake();
        assertThat(probing.await(20, TimeUnit.SECONDS)).isTrue();
        store(20);
        relay.scheduler.retryNow(
                relay.spool.entries().map(e -> e.id()).toList()); // all due, and all wait
        assertThat(lane().running()).isEqualTo(1);
        assertThat(asked).hasValue(before + 1);
        release.countDown();
        await().until(() -> relay.finished.size() == 100);
        assertThat(lane().stopped()).isEmpty();
    }

    @Test
    void whileOneDownstreamHangsNoticesAndOtherMailGoOn() throws Exception {
        CountDownLatch hanging = new CountDownLatch(2);
        relay.answers("other", false, true, r -> NEVER);
        relay.own.put("eve@example.net", "other");
        relay.does(
                "store",
                true,
                request -> {
                    hanging.countDown();
                    assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
                    return report(request, OK, null, USUAL);
                });
        relay.start();
        store(50);
        assertThat(hanging.await(20, TimeUnit.SECONDS)).isTrue();
        QueueId refused = relay.store("bob@sender.example", recipient("eve@example.net"));
        await().until(() -> relay.find(refused).isEmpty());
        await("the notice has left").until(() -> relay.finished.size() == 1);
        assertThat(relay.finished.getFirst().envelope().reversePath().isNull()).isTrue();
        assertThat(lane().running()).isEqualTo(2);
    }

    @Test
    void freshMailGoesBeforeOldRetriesAndRetriesGetTheirTurnAllTheSame() throws Exception {
        relay.concurrency = 1;
        relay.answers("store", false, true, r -> LATER);
        relay.start();
        List<QueueId> old = store(60);
        await().until(() ->
                relay.spool.summary().count(EntryState.DEFERRED) == 60
                        && relay.spool.summary().active() == 0);
        relay.scheduler.pause("store", "so that all wait together", Duration.ofHours(9));
        storeThatKeepsOrder();
        relay.time.advance(Duration.ofMinutes(5));
        List<QueueId> fresh = store(60);
        relay.scheduler.resume("store");
        await().until(() -> relay.finished.size() == 120);
        List<QueueId> firstHalf = order.subList(0, 60);
        assertThat(firstHalf.stream().filter(fresh::contains).count())
                .as("three rounds of four")
                .isBetween(40L, 50L);
        assertThat(firstHalf).containsAnyElementsOf(old);
        assertThat(order).doesNotHaveDuplicates().containsAll(old).containsAll(fresh);
    }

    @Test
    void aNoticeOfOursIsFreshMailAndPassesOldRetriesOfItsDownstream() throws Exception {
        relay.concurrency = 1;
        relay.answers("store", false, true, r -> LATER);
        relay.start();
        store(60);
        await().until(() ->
                relay.spool.summary().count(EntryState.DEFERRED) == 60
                        && relay.spool.summary().active() == 0);
        relay.scheduler.pause("store", "so that all wait together", Duration.ofHours(9));
        storeThatKeepsOrder();
        relay.time.advance(Duration.ofMinutes(5));
        relay.answers("other", false, true, r -> NEVER);
        relay.own.put("eve@example.net", "other");
        // the sender's mailbox is at the paused store too
        QueueId refused = relay.store("ann@example.net", recipient("eve@example.net"));
        await().until(() -> relay.find(refused).isEmpty());
        relay.scheduler.resume("store");
        await().until(() -> relay.finished.size() == 61);
        int place =
                order.indexOf(
                        relay.finished.stream()
                                .filter(e -> e.envelope().reversePath().isNull())
                                .findFirst()
                                .orElseThrow()
                                .id());
        assertThat(place).isBetween(0, 6);
    }
}
