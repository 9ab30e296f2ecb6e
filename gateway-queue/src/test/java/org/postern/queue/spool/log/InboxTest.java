package org.postern.queue.spool.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postern.queue.spool.SpoolException;

/** What is handed to the writer comes to it once, in order, and wakes it. */
class InboxTest {
    private static final int MANY_OCTETS = 1000;

    private final Inbox inbox = new Inbox(MANY_OCTETS);

    private static final class Numbered extends LogRequest {
        private final int session;
        private final int number;
        private final int octets;

        Numbered(int session, int number, int octets) {
            super(Kind.MESSAGE, RecordType.MESSAGE);
            this.session = session;
            this.number = number;
            this.octets = octets;
        }

        @Override
        int size() {
            return octets;
        }

        @Override
        @Nullable Payload payload() {
            return null;
        }

        @Override
        void applied(Segment segment, int offset, RecordHeader header) {}
    }

    private Thread adding(int session, int requests, int octets) {
        return Thread.ofVirtual()
                .start(() -> {
                    try {
                        for (int n = 0; n < requests; n++) {
                            inbox.add(new Numbered(session, n, octets));
                        }
                    } catch (SpoolException e) {
                        throw new IllegalStateException(e);
                    }
                });
    }

    @Test
    void givesEachRequestOnceInTheOrderOfItsSession() throws Exception {
        int sessions = 8;
        int each = 20_000;
        for (int s = 0; s < sessions; s++) {
            adding(s, each, 1);
        }
        List<LogRequest> taken = new ArrayList<>();
        Map<Integer, Integer> next = new HashMap<>();
        for (int seen = 0; seen < sessions * each; seen += taken.size()) {
            taken.clear();
            // no time-out: a wake-up that is lost leaves this test hanging
            inbox.await(1, Long.MAX_VALUE);
            inbox.takeAll(taken);
            for (LogRequest r : taken) {
                Numbered one = (Numbered) r;
                assertThat(one.number).isEqualTo(next.getOrDefault(one.session, 0));
                next.put(one.session, one.number + 1);
            }
        }
        assertThat(next).hasSize(sessions).allSatisfy((s, n) -> assertThat(n).isEqualTo(each));
        assertThat(inbox.isEmpty()).isTrue();
    }

    private Thread sleeping(int wanted, AtomicInteger woken) {
        Thread writer =
                Thread.ofPlatform()
                        .start(() -> {
                            inbox.await(wanted, Long.MAX_VALUE);
                            woken.incrementAndGet();
                        });
        await().until(() -> writer.getState() == Thread.State.WAITING);
        return writer;
    }

    @Test
    void wakesTheWriterWhenAsManyHaveComeAsItWaitsFor() throws Exception {
        AtomicInteger woken = new AtomicInteger();
        Thread writer = sleeping(3, woken);
        assertThat(adding(1, 2, 1).join(Duration.ofSeconds(20))).isTrue();
        assertThat(writer.getState()).isEqualTo(Thread.State.WAITING);
        assertThat(adding(1, 1, 1).join(Duration.ofSeconds(20))).isTrue();
        assertThat(writer.join(Duration.ofSeconds(20))).isTrue();
        assertThat(woken).hasValue(1);
    }

    @Test
    void wakesTheWriterForFewThatAreLarge() throws Exception {
        Thread writer = sleeping(100, new AtomicInteger());
        assertThat(adding(1, 1, MANY_OCTETS).join(Duration.ofSeconds(20))).isTrue();
        assertThat(writer.join(Duration.ofSeconds(20))).isTrue();
    }

    @Test
    void waitsNoLongerThanItWasTold() {
        long start = System.nanoTime();
        inbox.await(2, TimeUnit.MILLISECONDS.toNanos(20));
        assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(19));
    }

    @Test
    void takesNothingOnceItIsShutAndGivesOutWhatItHad() throws Exception {
        Thread writer = sleeping(1, new AtomicInteger());
        inbox.close();
        assertThat(writer.join(Duration.ofSeconds(20))).isTrue();
        assertThatThrownBy(() -> inbox.add(new Numbered(1, 1, 1)))
                .isInstanceOf(SpoolException.class);
        Inbox other = new Inbox(MANY_OCTETS);
        other.add(new Numbered(1, 1, 1));
        List<LogRequest> rest = new ArrayList<>();
        other.shut(rest);
        other.shut(rest);
        assertThat(rest).hasSize(1);
        assertThatThrownBy(() -> other.add(new Numbered(1, 2, 1)))
                .isInstanceOfSatisfying(
                        SpoolException.class,
                        e -> assertThat(e.kind()).isEqualTo(SpoolException.Kind.CLOSED));
    }
}
