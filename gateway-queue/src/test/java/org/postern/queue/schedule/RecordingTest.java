package org.postern.queue.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.postern.queue.schedule.RelayFixture.OK;
import static org.postern.queue.schedule.RelayFixture.recipient;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.QueueId;
import org.postern.queue.spool.AttemptResult;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolException;

/** An outcome outlives a spool that cannot read for a while. */
class RecordingTest extends WithRelay {
    private final List<Exception> troubles = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger failures = new AtomicInteger();
    private final RelayListener hears =
            new RelayListener() {
                @Override
                public void trouble(QueueId id, String downstream, Exception cause) {
                    troubles.add(cause);
                }
            };

    /** The spool, which cannot record so often. */
    private Spool failing(SpoolException.Kind kind, int times) {
        failures.set(times);
        return (Spool)
                Proxy.newProxyInstance(
                        Spool.class.getClassLoader(),
                        new Class<?>[] {Spool.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("record")
                                    && failures.getAndDecrement() > 0) {
                                throw new SpoolException(kind, "cannot be read");
                            }
                            try {
                                return method.invoke(relay.spool, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    private RelayScheduler scheduler(Spool over) {
        return new RelayScheduler(
                over,
                domain -> Optional.of("store"),
                () -> relay.downstreams,
                name -> 2,
                () ->
                        new RetryPolicy(
                                Duration.ofMinutes(1), Duration.ofHours(1), Duration.ofDays(5)),
                relay.time,
                new Random(1),
                hears,
                relay.inFlight);
    }

    @Test
    void whatTheStoreHasIsRecordedOnceTheSpoolCanReadAgain() throws Exception {
        QueueId id = relay.store("bob@sender.example", recipient("ann@example.net"));
        AtomicInteger sent = new AtomicInteger();
        relay.does(
                "store",
                true,
                request -> {
                    sent.incrementAndGet();
                    return RelayFixture.report(request, OK, null, Duration.ZERO);
                });
        RelayScheduler scheduler = scheduler(failing(SpoolException.Kind.FAILED, 2));
        scheduler.start();
        await().until(() -> relay.find(id).isEmpty());
        scheduler.stop(Duration.ofSeconds(10));
        assertThat(sent).hasValue(1);
        assertThat(troubles).as("said once").hasSize(1);
        relay.close();
        relay.open();
        assertThat(relay.inFlight.left()).isEmpty();
    }

    @Test
    void anEntryThatIsGoneLeavesNothingInFlight() throws Exception {
        relay.store("bob@sender.example", recipient("ann@example.net"));
        relay.answers("store", false, true, r -> OK);
        RelayScheduler scheduler = scheduler(failing(SpoolException.Kind.UNKNOWN, 1));
        scheduler.start();
        await().until(() -> !troubles.isEmpty());
        scheduler.stop(Duration.ofSeconds(10));
        relay.close();
        relay.open();
        assertThat(relay.inFlight.left()).isEmpty();
    }

    @Test
    void aStopTriesOnceMoreAndWaitsForNothing() throws Exception {
        QueueId id = relay.store("bob@sender.example", recipient("ann@example.net"));
        Recording recording =
                new Recording(failing(SpoolException.Kind.FAILED, Integer.MAX_VALUE), hears);
        recording.stop();
        AttemptResult result = new AttemptResult(Map.of(), Duration.ZERO, "", true);
        assertThatThrownBy(() -> recording.record(id, "store", result, () -> {}))
                .isInstanceOf(SpoolException.class);
        assertThat(failures).as("one try").hasValue(Integer.MAX_VALUE - 1);
    }
}
