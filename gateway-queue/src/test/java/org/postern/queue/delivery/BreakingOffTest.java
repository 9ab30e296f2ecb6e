package org.postern.queue.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postern.queue.delivery.Fixtures.ANN;
import static org.postern.queue.delivery.Fixtures.BEN;
import static org.postern.queue.delivery.Fixtures.ENVIRONMENT;
import static org.postern.queue.delivery.Fixtures.MESSAGE;
import static org.postern.queue.delivery.Fixtures.PATIENT;
import static org.postern.queue.delivery.Fixtures.lmtp;
import static org.postern.queue.delivery.Fixtures.request;
import static org.postern.queue.delivery.Fixtures.smtp;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.mail.Recipient;
import org.postern.core.reply.SmtpReply;
import org.postern.queue.delivery.RecipientOutcome.Deferred;
import org.postern.queue.delivery.RecipientOutcome.Delivered;

/** Breaking attempts off: before the last octet at once and for nothing, after it never. */
class BreakingOffTest {
    private static final String LARGE = "x: y\r\n\r\n" + ("z".repeat(70) + "\r\n").repeat(300_000);

    /** An attempt on a thread of its own. */
    private static final class Running {
        private final CompletableFuture<PointOfNoReturn> point = new CompletableFuture<>();
        private final CompletableFuture<DeliveryReport> report = new CompletableFuture<>();

        Running(Downstream downstream, String content, Recipient... recipients) {
            Thread.ofVirtual()
                    .start(() -> {
                        DeliveryRequest request = request(content, recipients);
                        point.complete(request.point());
                        try {
                            report.complete(downstream.deliver(request));
                        } catch (InterruptedException | RuntimeException e) {
                            report.completeExceptionally(e);
                        }
                    });
        }

        boolean breakOff() throws Exception {
            return point.get(20, TimeUnit.SECONDS).breakOff();
        }

        void wasBrokenOff() throws Exception {
            try {
                assertThat(report.get(20, TimeUnit.SECONDS)).as("it ended").isNull();
            } catch (ExecutionException e) {
                assertThat(e).hasCauseInstanceOf(InterruptedException.class);
            }
        }
    }

    private static final List<String> REPLIES =
            List.of("220 fake", "250 fake", "250 2.1.0 ok", "250 2.1.5 ok", "354 go on");

    /** A server that falls silent after so many replies, with a part of the content in hand. */
    private static FakeServer silentAfter(int replies, CountDownLatch there) throws Exception {
        return new FakeServer(peer -> {
            for (int i = 0; i < replies; i++) {
                if (i > 0) {
                    peer.hear();
                }
                peer.say(REPLIES.get(i));
            }
            peer.octets(replies == 0 ? 0 : 1);
            there.countDown();
            peer.stall();
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void beforeTheLastOctetAnAttemptEndsAtOnceAsIfItHadNotBegun(int replies) throws Exception {
        CountDownLatch there = new CountDownLatch(1);
        try (FakeServer server = silentAfter(replies, there);
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            Running attempt = new Running(relay, LARGE, ANN);
            assertThat(there.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(attempt.breakOff()).isTrue();
            attempt.wasBrokenOff();
            assertThat(server.messages).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DATA", "CHUNKING"})
    void afterTheLastOctetTheLastReplyIsWaitedForAndHeard(String way) throws Exception {
        CountDownLatch there = new CountDownLatch(1);
        CountDownLatch broken = new CountDownLatch(1);
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet(way, "PIPELINING");
                            peer.answer("250 2.1.0 ok");
                            peer.answer("250 2.1.5 ok");
                            if (way.equals("DATA")) {
                                peer.answer("354 go on");
                                peer.content();
                            } else {
                                peer.octets(peer.hear().equals("") ? 0 : MESSAGE.length());
                            }
                            there.countDown();
                            waitFor(broken);
                            peer.say("250 2.0.0 taken");
                        });
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            Running attempt = new Running(relay, MESSAGE, ANN);
            assertThat(there.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(attempt.breakOff()).as("not any more").isFalse();
            broken.countDown();
            assertThat(attempt.report.get(20, TimeUnit.SECONDS).allDelivered()).isTrue();
        }
    }

    @Test
    void everyRecipientsLastReplyOfLmtpIsWaitedFor() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch broken = new CountDownLatch(1);
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet("PIPELINING");
                            peer.answer("250 2.1.0 ok");
                            peer.answer("250 2.1.5 ok");
                            peer.answer("250 2.1.5 ok");
                            peer.answer("354 go on");
                            peer.content();
                            peer.say("250 2.0.0 saved for ann");
                            first.countDown();
                            waitFor(broken);
                            peer.say("452 4.2.2 ben's box is full");
                        });
                Downstream store = Downstreams.create(lmtp(server.port(), PATIENT), ENVIRONMENT)) {
            Running attempt = new Running(store, MESSAGE, ANN, BEN);
            assertThat(first.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(attempt.breakOff()).isFalse();
            broken.countDown();
            DeliveryReport report = attempt.report.get(20, TimeUnit.SECONDS);
            assertThat(report.outcomes().get(ANN)).isInstanceOf(Delivered.class);
            assertThat(report.outcomes().get(BEN))
                    .isEqualTo(new Deferred(SmtpReply.of(452, "4.2.2", "ben's box is full")));
        }
    }

    @Test
    void whatASecondTransactionWouldHaveCarriedWaitsAndTheFirstIsReported() throws Exception {
        CountDownLatch there = new CountDownLatch(1);
        CountDownLatch broken = new CountDownLatch(1);
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet("LIMITS RCPTMAX=1");
                            peer.answer("250 2.1.0 ok");
                            peer.answer("250 2.1.5 ok");
                            peer.answer("354 go on");
                            peer.content();
                            there.countDown();
                            waitFor(broken);
                            peer.say("250 2.0.0 taken");
                            peer.serve(false);
                        });
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            Running attempt = new Running(relay, MESSAGE, ANN, BEN);
            assertThat(there.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(attempt.breakOff()).isFalse();
            broken.countDown();
            DeliveryReport report = attempt.report.get(20, TimeUnit.SECONDS);
            assertThat(report.outcomes().get(ANN)).isInstanceOf(Delivered.class);
            assertThat(report.outcomes().get(BEN))
                    .isInstanceOfSatisfying(
                            Deferred.class,
                            d -> {
                                assertThat(d.maybeDelivered()).isFalse();
                                assertThat(d.reply().toString()).contains("the gateway stopped");
                            });
            assertThat(report.trouble()).isEqualTo(Step.LOCAL);
            assertThat(server.messages).hasSize(1);
        }
    }

    @Test
    void whoeverWaitsForAConnectionIsBrokenOffToo() throws Exception {
        CountDownLatch there = new CountDownLatch(1);
        DownstreamConfig one = smtp(1, PATIENT);
        try (FakeServer server = silentAfter(2, there);
                Downstream relay =
                        Downstreams.create(
                                new DownstreamConfig(
                                        "relay",
                                        new DownstreamConfig.Target.Smtp(
                                                "127.0.0.1", server.port(), false),
                                        one.tls(),
                                        1,
                                        PATIENT),
                                ENVIRONMENT)) {
            Running holds = new Running(relay, MESSAGE, ANN);
            assertThat(there.await(20, TimeUnit.SECONDS)).isTrue();
            Running waits = new Running(relay, MESSAGE, BEN);
            await().until(() -> waits.point.isDone());
            assertThat(waits.breakOff()).isTrue();
            waits.wasBrokenOff();
            assertThat(holds.breakOff()).isTrue();
            holds.wasBrokenOff();
        }
    }

    private static void waitFor(CountDownLatch latch) throws IOException {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void aMessageThatIsBrokenOffArrivesWholeAtTheNextAttempt() throws Exception {
        CountDownLatch there = new CountDownLatch(1);
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet("PIPELINING");
                            if (peer.number == 1) {
                                peer.answer("250 2.1.0 ok");
                                peer.answer("250 2.1.5 ok");
                                peer.answer("354 go on");
                                peer.octets(1_000);
                                there.countDown();
                                peer.stall();
                            }
                            peer.serve(false);
                        });
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            Running attempt = new Running(relay, LARGE, ANN);
            assertThat(there.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(attempt.breakOff()).isTrue();
            attempt.wasBrokenOff();
            assertThat(relay.deliver(request(LARGE, ANN)).allDelivered()).isTrue();
            assertThat(server.messages).singleElement().isEqualTo(LARGE.getBytes(UTF_8));
        }
    }
}
