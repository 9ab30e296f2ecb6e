package org.postern.queue.delivery;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postern.queue.delivery.Fixtures.ANN;
import static org.postern.queue.delivery.Fixtures.BEN;
import static org.postern.queue.delivery.Fixtures.CAT;
import static org.postern.queue.delivery.Fixtures.ENVIRONMENT;
import static org.postern.queue.delivery.Fixtures.HASTY;
import static org.postern.queue.delivery.Fixtures.MESSAGE;
import static org.postern.queue.delivery.Fixtures.PATIENT;
import static org.postern.queue.delivery.Fixtures.lmtp;
import static org.postern.queue.delivery.Fixtures.request;
import static org.postern.queue.delivery.Fixtures.smtp;
import static org.postern.queue.delivery.Misdeeds.deferred;
import static org.postern.queue.delivery.Misdeeds.server;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.Recipient;
import org.postern.core.reply.SmtpReply;
import org.postern.queue.delivery.Misdeeds.Stop;
import org.postern.queue.delivery.RecipientOutcome.Deferred;
import org.postern.queue.delivery.RecipientOutcome.Delivered;
import org.postern.queue.delivery.RecipientOutcome.Failed;

/** Replies of a downstream that are odd, too few, or come at a bad moment. */
class HostileReplyTest {
    @Test
    void aRefusalToTalkDefersHoweverPermanentItSounds() throws Exception {
        try (FakeServer server =
                        server(Stop.BEFORE_GREETING, false, peer -> peer.say("554 go away"));
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            DeliveryReport report = relay.deliver(request(MESSAGE, ANN));
            assertThat(deferred(report, ANN).reply()).hasToString("554 go away");
            assertThat(report.trouble()).isEqualTo(Step.GREETING);
        }
    }

    @Test
    void aRefusedSenderIsAFailureForAll() throws Exception {
        try (FakeServer server =
                        server(
                                Stop.AFTER_EHLO,
                                true,
                                peer -> {
                                    peer.answer("550 5.1.8 not that sender");
                                    peer.answer("503 5.5.1 MAIL first");
                                    peer.answer("503 5.5.1 MAIL first");
                                    peer.answer("503 5.5.1 MAIL first");
                                    peer.serve(false);
                                });
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            DeliveryReport report = relay.deliver(request(MESSAGE, ANN, BEN));
            assertThat(report.outcomes().values())
                    .allSatisfy(o ->
                            assertThat(o)
                                    .isEqualTo(
                                            new Failed(
                                                    SmtpReply.of(
                                                            550, "5.1.8", "not that sender"))));
            assertThat(report.trouble()).as("a word about the message").isNull();
            assertThat(relay.deliver(request(MESSAGE, ANN)).allDelivered()).isTrue();
            assertThat(server.connections()).as("the connection is still good").isEqualTo(1);
        }
    }

    @Test
    void aSessionThatLacksRightsDefersInsteadOfBouncingEverything() throws Exception {
        try (FakeServer server =
                        server(
                                Stop.AFTER_EHLO,
                                false,
                                peer -> peer.answer("530 5.7.0 STARTTLS first"));
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            DeliveryReport report = relay.deliver(request(MESSAGE, ANN));
            assertThat(deferred(report, ANN).reply()).hasToString("530 5.7.0 STARTTLS first");
            assertThat(report.trouble()).isEqualTo(Step.MAIL);
        }
    }

    @Test
    void fewerLmtpRepliesThanRecipientsLeaveTheRestUncertain() throws Exception {
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet();
                            for (int i = 0; i < 4; i++) {
                                peer.answer("250 2.1.0 ok");
                            }
                            peer.answer("354 go on");
                            peer.content();
                            peer.say("250 2.0.0 saved for the first");
                        });
                Downstream store = Downstreams.create(lmtp(server.port(), PATIENT), ENVIRONMENT)) {
            DeliveryReport report = store.deliver(request(MESSAGE, ANN, BEN, CAT));
            assertThat(report.outcomes().get(ANN)).isInstanceOf(Delivered.class);
            for (Recipient r : List.of(BEN, CAT)) {
                assertThat(deferred(report, r).maybeDelivered()).isTrue();
                assertThat(deferred(report, r).reply().toString())
                        .contains("while waiting for the final reply");
            }
        }
    }

    @Test
    void whoSays250AndClosesHasTheMessage() throws Exception {
        try (FakeServer server =
                        server(Stop.AFTER_CONTENT, true, peer -> peer.say("250 2.0.0 ok"));
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            for (int i = 0; i < 3; i++) {
                assertThat(relay.deliver(request(MESSAGE, ANN)).allDelivered()).isTrue();
            }
            assertThat(server.connections()).as("each found the last one dead").isEqualTo(3);
            assertThat(server.messages).hasSize(3);
        }
    }

    @Test
    void anIdleConnectionThatSays421IsReplacedBeforeAnythingIsLost() throws Exception {
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet("PIPELINING");
                            if (peer.number > 1) {
                                peer.serve(false);
                                return;
                            }
                            peer.answer("250 2.1.0 ok");
                            peer.answer("250 2.1.5 ok");
                            peer.answer("354 go on");
                            peer.content();
                            peer.say("250 2.0.0 ok");
                            peer.answer("421 4.4.2 idle for too long");
                        });
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            assertThat(relay.deliver(request(MESSAGE, ANN)).allDelivered()).isTrue();
            assertThat(relay.deliver(request(MESSAGE, BEN)).allDelivered()).isTrue();
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void aServerThatStopsReadingIsGivenUpInTime() throws Exception {
        byte[] large = "x".repeat(70).concat("\r\n").repeat(300_000).getBytes(US_ASCII);
        try (FakeServer server = server(Stop.AFTER_354, true, FakeServer.Peer::stall);
                Downstream relay = Downstreams.create(smtp(server.port(), HASTY), ENVIRONMENT)) {
            DeliveryReport report = relay.deliver(request(Fixtures.envelope(ANN), large));
            assertThat(deferred(report, ANN).reply().toString())
                    .contains("timed out")
                    .contains("while sending the message");
            assertThat(report.maybeDelivered()).as("its end never went out").isFalse();
        }
    }

    @Test
    void aResetWithinTheContentIsNoDelivery() throws Exception {
        byte[] large = "x".repeat(70).concat("\r\n").repeat(300_000).getBytes(US_ASCII);
        try (FakeServer server =
                        server(
                                Stop.AFTER_354,
                                true,
                                peer -> {
                                    peer.octets(100_000);
                                    peer.reset();
                                });
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            DeliveryReport report = relay.deliver(request(Fixtures.envelope(ANN), large));
            assertThat(deferred(report, ANN).reply().toString())
                    .contains("lost connection")
                    .contains("while sending the message");
            assertThat(report.maybeDelivered()).isFalse();
        }
    }

    @Test
    void aReplyThatComesOctetByOctetIsOneReplyWithOneDeadline() throws Exception {
        try (FakeServer server =
                        server(
                                Stop.AFTER_EHLO,
                                false,
                                peer -> {
                                    peer.hear();
                                    for (int i = 0; i < 100_000; i++) {
                                        peer.sayRaw(new byte[] {'2'});
                                        LockSupport.parkNanos(20_000_000);
                                    }
                                });
                Downstream relay = Downstreams.create(smtp(server.port(), HASTY), ENVIRONMENT)) {
            DeliveryReport report = relay.deliver(request(MESSAGE, ANN));
            assertThat(deferred(report, ANN).reply().toString()).contains("timed out");
        }
    }

    @Test
    void whenAllRecipientsAreRefusedNoContentGoesOut() throws Exception {
        try (FakeServer server =
                        server(
                                Stop.AFTER_MAIL,
                                true,
                                peer -> {
                                    peer.answer("550 5.1.1 no");
                                    peer.answer("450 4.2.1 later");
                                    peer.answer("354 go on, oddly");
                                    peer.hang();
                                });
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            DeliveryReport report = relay.deliver(request(MESSAGE, ANN, BEN));
            assertThat(report.outcomes().get(ANN)).isInstanceOf(Failed.class);
            assertThat(report.outcomes().get(BEN)).isInstanceOf(Deferred.class);
            assertThat(report.trouble()).isNull();
            assertThat(server.messages).isEmpty();
            assertThat(relay.status().idle()).isZero();
        }
    }

    @Test
    void contentThatCannotBeReadIsTakenBackByHangingUp() throws Exception {
        for (String extension : List.of("PIPELINING", "CHUNKING")) {
            try (FakeServer server =
                            new FakeServer(peer -> {
                                peer.greet(extension);
                                peer.serve(false);
                            });
                    Downstream relay =
                            Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
                DeliveryRequest plain = request(MESSAGE, ANN);
                DeliveryReport report =
                        relay.deliver(
                                new DeliveryRequest(
                                        plain.id(),
                                        plain.envelope(),
                                        Fixtures.broken(1_000_000, 400_000)));
                assertThat(report.trouble()).isEqualTo(Step.LOCAL);
                assertThat(deferred(report, ANN).reply().toString())
                        .contains("cannot be read from the spool")
                        .contains("checksum does not hold");
                assertThat(report.maybeDelivered()).isFalse();
                assertThat(server.messages).isEmpty();
            }
        }
    }
}
