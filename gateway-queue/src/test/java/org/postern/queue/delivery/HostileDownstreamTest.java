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

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.DownstreamConfig.Target;
import org.postern.core.config.DownstreamConfig.Tls;
import org.postern.core.mail.Recipient;
import org.postern.core.reply.SmtpReply;
import org.postern.queue.delivery.RecipientOutcome.Deferred;
import org.postern.queue.delivery.RecipientOutcome.Delivered;
import org.postern.queue.delivery.RecipientOutcome.Failed;

/** A downstream that misbehaves at every step: nothing is lost, and what happened has a name. */
class HostileDownstreamTest {
    /** Where a script stops behaving, and the step that the client then names. */
    enum Stop {
        BEFORE_GREETING(Step.GREETING),
        AFTER_GREETING(Step.HELLO),
        AFTER_EHLO(Step.MAIL),
        AFTER_MAIL(Step.RECIPIENT),
        AFTER_RCPT(Step.DATA),
        AFTER_354(Step.FINAL_REPLY),
        AFTER_CONTENT(Step.FINAL_REPLY);

        final Step named;

        Stop(Step named) {
            this.named = named;
        }
    }

    private interface Misdeed {
        void commit(FakeServer.Peer peer) throws IOException;
    }

    private static FakeServer server(Stop stop, boolean pipelining, Misdeed misdeed)
            throws IOException {
        return new FakeServer(peer -> {
            for (Stop here : Stop.values()) {
                if (here == stop) {
                    misdeed.commit(peer);
                    return;
                }
                switch (here) {
                    case BEFORE_GREETING -> peer.say("220 fake");
                    case AFTER_GREETING ->
                            peer.answer("250-fake", pipelining ? "250 PIPELINING" : "250 8BITMIME");
                    case AFTER_EHLO -> peer.answer("250 2.1.0 ok");
                    case AFTER_MAIL -> peer.answer("250 2.1.5 ok");
                    case AFTER_RCPT -> peer.answer("354 go on");
                    case AFTER_354 -> peer.content();
                    case AFTER_CONTENT -> peer.say("250 2.0.0 taken");
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource(Stop.class)
    void whenItHangsTheAttemptEndsInTimeAndNamesTheStep(Stop stop) throws Exception {
        for (boolean pipelining : new boolean[] {false, true}) {
            try (FakeServer server = server(stop, pipelining, FakeServer.Peer::hang);
                    Downstream store =
                            Downstreams.create(lmtp(server.port(), HASTY), ENVIRONMENT)) {
                DeliveryReport report = store.deliver(request(MESSAGE, ANN));
                Deferred deferred = deferred(report, ANN);
                assertThat(deferred.reply().toString())
                        .startsWith("451 4.4.2 timed out with 127.0.0.1:" + server.port())
                        .contains("while " + stop.named.words());
                assertThat(deferred.fromDownstream()).isFalse();
                assertThat(report.trouble()).isEqualTo(stop.named);
                assertThat(report.maybeDelivered())
                        .isEqualTo(stop == Stop.AFTER_CONTENT || stop == Stop.AFTER_354);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Stop.class)
    void whenItHangsUpTheMessageIsDeferred(Stop stop) throws Exception {
        try (FakeServer server = server(stop, false, peer -> {});
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            DeliveryReport report = relay.deliver(request(MESSAGE, ANN));
            assertThat(deferred(report, ANN).reply().toString())
                    .startsWith("451 4.4.2 lost connection with");
            assertThat(report.trouble()).isNotNull();
            if (stop == Stop.AFTER_CONTENT) {
                assertThat(report.maybeDelivered()).isTrue();
            } else if (stop != Stop.AFTER_354) {
                assertThat(report.maybeDelivered()).isFalse();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Stop.class)
    void whenItResetsTheMessageIsDeferred(Stop stop) throws Exception {
        try (FakeServer server = server(stop, false, FakeServer.Peer::reset);
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            DeliveryReport report = relay.deliver(request(MESSAGE, ANN));
            assertThat(deferred(report, ANN).reply().toString())
                    .matches("451 4.4.2 lost connection with .*|451 4.4.1 cannot connect to .*");
        }
    }

    @ParameterizedTest
    @EnumSource(Stop.class)
    void whenItSendsTenMegabytesTheyAreNotRead(Stop stop) throws Exception {
        byte[] endless = new byte[10_000_000];
        Arrays.fill(endless, (byte) 'x');
        endless[0] = '2';
        endless[1] = '5';
        endless[2] = '0';
        endless[3] = '-';
        try (FakeServer server = server(stop, false, peer -> peer.sayRaw(endless));
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            DeliveryReport report = relay.deliver(request(MESSAGE, ANN));
            assertThat(deferred(report, ANN).reply().toString())
                    .startsWith("451 4.5.0 cannot understand")
                    .contains("a reply line is longer than 4096 octets");
        }
    }

    @Test
    void tenMegabytesOfShortLinesAreNotReadEither() throws Exception {
        byte[] endless = "250-more\r\n".repeat(1_000_000).getBytes(US_ASCII);
        try (FakeServer server = server(Stop.AFTER_GREETING, false, peer -> peer.sayRaw(endless));
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            DeliveryReport report = relay.deliver(request(MESSAGE, ANN));
            assertThat(deferred(report, ANN).reply().toString())
                    .contains("the reply is longer than 65536 octets");
        }
    }

    @ParameterizedTest
    @EnumSource(Stop.class)
    void whenItSendsGarbageTheMessageIsDeferred(Stop stop) throws Exception {
        try (FakeServer server =
                        server(stop, false, peer -> peer.say("HTTP/1.1 400 \u0007\u00ff"));
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            DeliveryReport report = relay.deliver(request(MESSAGE, ANN));
            assertThat(deferred(report, ANN).reply().toString())
                    .contains("not an SMTP reply: \"HTTP/1.1 400 ???\"");
        }
    }

    @ParameterizedTest
    @EnumSource(Stop.class)
    void whenItSays421EverybodyIsDeferredWithItsWords(Stop stop) throws Exception {
        try (FakeServer server = server(stop, false, peer -> peer.say("421 4.3.2 going down"));
                Downstream store = Downstreams.create(lmtp(server.port(), PATIENT), ENVIRONMENT)) {
            DeliveryReport report = store.deliver(request(MESSAGE, ANN));
            Deferred deferred = deferred(report, ANN);
            assertThat(deferred.reply()).hasToString("421 4.3.2 going down");
            assertThat(deferred.fromDownstream()).isTrue();
            assertThat(deferred.maybeDelivered()).isFalse();
            assertThat(store.status().idle()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Stop.class)
    void aWrongCodeIsNeitherSuccessNorFailure(Stop stop) throws Exception {
        // 250 to DATA, 354 elsewhere
        String wrong = stop == Stop.AFTER_RCPT ? "250 2.0.0 sure" : "354 go on";
        try (FakeServer server = server(stop, false, peer -> peer.say(wrong));
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            DeliveryReport report = relay.deliver(request(MESSAGE, ANN));
            assertThat(deferred(report, ANN).reply().toString()).startsWith("451 4.5.0 ");
        }
    }

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

    @Test
    void nobodyListeningDefersAndNamesTheAddress() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (Downstream relay = Downstreams.create(smtp(port, PATIENT), ENVIRONMENT)) {
            DeliveryReport report = relay.deliver(request(MESSAGE, ANN));
            assertThat(deferred(report, ANN).reply().toString())
                    .startsWith("451 4.4.1 cannot connect to 127.0.0.1:" + port)
                    .contains("refused");
            assertThat(report.trouble()).isEqualTo(Step.CONNECT);
            assertThat(relay.status().lastTrouble()).contains("cannot connect");
        }
    }

    @Test
    void anUnresolvableHostDefersInClearWords() throws Exception {
        DeliveryEnvironment noNames =
                new DeliveryEnvironment(
                        ENVIRONMENT.hostname(),
                        ENVIRONMENT.time(),
                        host -> {
                            throw new UnknownHostException(host);
                        });
        DownstreamConfig config =
                new DownstreamConfig(
                        "store", new Target.Lmtp("store.invalid", 24), Tls.NONE, 1, PATIENT);
        try (Downstream store = Downstreams.create(config, noNames)) {
            DeliveryReport report = store.deliver(request(MESSAGE, ANN));
            assertThat(deferred(report, ANN).reply())
                    .hasToString(
                            "451 4.4.3 downstream store: host store.invalid has no address: no such"
                                    + " name, or the resolver does not answer");
            assertThat(report.trouble()).isEqualTo(Step.RESOLVE);
        }
    }

    @Test
    void theNextAddressIsTriedWhenOneDoesNotAnswer() throws Exception {
        try (FakeServer server =
                new FakeServer(peer -> {
                    peer.greet();
                    peer.serve(false);
                })) {
            DeliveryEnvironment twoAddresses =
                    new DeliveryEnvironment(
                            ENVIRONMENT.hostname(),
                            ENVIRONMENT.time(),
                            host ->
                                    List.of(
                                            InetAddress.ofLiteral("127.0.0.9"),
                                            InetAddress.ofLiteral("127.0.0.1")));
            DownstreamConfig config =
                    new DownstreamConfig(
                            "relay",
                            new Target.Smtp("relay.example", server.port(), false),
                            Tls.NONE,
                            1,
                            PATIENT);
            try (Downstream relay = Downstreams.create(config, twoAddresses)) {
                DeliveryReport report = relay.deliver(request(MESSAGE, ANN));
                assertThat(report.allDelivered()).isTrue();
                assertThat(report.peer()).isEqualTo("relay.example[127.0.0.1]:" + server.port());
            }
        }
    }

    @Test
    void aMissingUnixSocketDefers(@TempDir Path directory) throws Exception {
        DownstreamConfig config =
                new DownstreamConfig(
                        "store",
                        new Target.LmtpUnix(directory.resolve("lmtp")),
                        Tls.NONE,
                        1,
                        PATIENT);
        try (Downstream store = Downstreams.create(config, ENVIRONMENT)) {
            DeliveryReport report = store.deliver(request(MESSAGE, ANN));
            assertThat(deferred(report, ANN).reply().toString())
                    .startsWith("451 4.4.1 cannot connect to " + directory.resolve("lmtp"));
        }
    }

    @Test
    void aClosedDownstreamDefers() throws Exception {
        Downstream relay = Downstreams.create(smtp(1, Duration.ofSeconds(1)), ENVIRONMENT);
        relay.close();
        assertThat(deferred(relay.deliver(request(MESSAGE, ANN)), ANN).reply())
                .hasToString("451 4.3.2 relay is shutting down");
    }

    private static Deferred deferred(DeliveryReport report, Recipient recipient) {
        assertThat(report.outcomes().get(recipient)).isInstanceOf(Deferred.class);
        return (Deferred) report.outcomes().get(recipient);
    }
}
