package org.postern.queue.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postern.queue.schedule.RelayFixture.OK;
import static org.postern.queue.schedule.RelayFixture.recipient;

import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.QueueId;
import org.postern.queue.delivery.DeliveryReport;
import org.postern.queue.delivery.DeliveryRequest;
import org.postern.queue.delivery.PointOfNoReturn;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.Spool;

/** A stop never makes a duplicate by itself. */
class RelayStopTest extends WithRelay {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final AtomicReference<PointOfNoReturn> point = new AtomicReference<>();

    @AfterEach
    void release() {
        release.countDown();
    }

    private static DeliveryReport delivered(DeliveryRequest request) {
        return RelayFixture.report(request, OK, null, Duration.ZERO);
    }

    /** A downstream that takes the whole message and answers when it is released. */
    private void lateAnswer() {
        relay.does(
                "store",
                true,
                request -> {
                    assertThat(request.point().pass()).isTrue();
                    point.set(request.point());
                    begun.countDown();
                    assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
                    request.point().resolved();
                    return delivered(request);
                });
    }

    private Thread stopping(RelayScheduler scheduler, Duration recording) {
        return Thread.ofVirtual()
                .start(() -> {
                    try {
                        scheduler.stop(Duration.ZERO, recording);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    @Test
    void whatIsSentIsWaitedForUntilItsLastReplyAndIsNotSentAgain() throws Exception {
        lateAnswer();
        QueueId id = relay.store("bob@sender.example", recipient("ann@example.net"));
        relay.start();
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        Thread stop = stopping(relay.scheduler, Duration.ofSeconds(20));
        await().until(() -> point.get().isBrokenOff());
        assertThat(stop.isAlive()).as("the stop waits for the reply").isTrue();
        release.countDown();
        assertThat(stop.join(Duration.ofSeconds(20))).isTrue();
        assertThat(relay.find(id)).as("delivered, recorded, forgotten").isEmpty();
        assertThat(relay.finished).hasSize(1);
        relay.close();
        relay.open();
        assertThat(relay.inFlight.left()).as("nothing to warn of").isEmpty();
    }

    @Test
    void whatIsNotSentYetIsBrokenOffAtOnceAndWaitsAsIfNothingHadBegun() throws Exception {
        relay.does(
                "store",
                true,
                request -> {
                    point.set(request.point());
                    begun.countDown();
                    assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
                    return delivered(request);
                });
        QueueId id = relay.store("bob@sender.example", recipient("ann@example.net"));
        relay.start();
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        relay.scheduler.stop(Duration.ZERO);
        assertThat(relay.find(id))
                .hasValueSatisfying(e -> {
                    assertThat(e.state()).isEqualTo(EntryState.QUEUED);
                    assertThat(e.active()).isFalse();
                    assertThat(e.attempts()).isZero();
                });
        assertThat(relay.events).isEmpty();
        relay.close();
        relay.open();
        assertThat(relay.inFlight.left()).isEmpty();
    }

    @Test
    void nothingPassesThePointOnceItIsBrokenOff() throws Exception {
        relay.does(
                "store",
                true,
                request -> {
                    point.set(request.point());
                    begun.countDown();
                    try {
                        assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException e) {
                        // a downstream that takes no notice of the interrupt
                        assertThat(request.point().pass()).isFalse();
                        throw e;
                    }
                    return delivered(request);
                });
        relay.store("bob@sender.example", recipient("ann@example.net"));
        relay.start();
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        relay.scheduler.stop(Duration.ZERO);
        assertThat(point.get().isBrokenOff()).isTrue();
        assertThat(relay.finished).isEmpty();
    }

    @Test
    void whatTheSpoolCannotWriteHoldsAStopOnlySoLongAndIsKnownAtTheNextStart() throws Exception {
        CountDownLatch disk = new CountDownLatch(1);
        QueueId id = relay.store("bob@sender.example", recipient("ann@example.net"));
        Spool deaf = relay.waitingIn("record", begun, disk);
        relay.answers("store", false, true, r -> OK);
        RelayScheduler scheduler =
                new RelayScheduler(
                        deaf,
                        domain -> Optional.of("store"),
                        () -> relay.downstreams,
                        name -> 2,
                        () ->
                                new RetryPolicy(
                                        Duration.ofMinutes(1),
                                        Duration.ofHours(1),
                                        Duration.ofDays(5)),
                        relay.time,
                        new Random(1),
                        new RelayListener() {},
                        relay.inFlight);
        scheduler.start();
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(stopping(scheduler, Duration.ofMillis(1)).join(Duration.ofSeconds(20))).isTrue();
        relay.close();
        relay.open();
        assertThat(relay.inFlight.left()).containsExactly(id);
        disk.countDown();
    }
}
