package org.postern.queue.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postern.queue.delivery.Fixtures.ANN;
import static org.postern.queue.delivery.Fixtures.BEN;
import static org.postern.queue.delivery.Fixtures.ENVIRONMENT;
import static org.postern.queue.delivery.Fixtures.HASTY;
import static org.postern.queue.delivery.Fixtures.MESSAGE;
import static org.postern.queue.delivery.Fixtures.PATIENT;
import static org.postern.queue.delivery.Fixtures.lmtp;
import static org.postern.queue.delivery.Fixtures.request;
import static org.postern.queue.delivery.Fixtures.smtp;
import static org.postern.queue.delivery.Misdeeds.deferred;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.DownstreamConfig.Target;
import org.postern.core.config.DownstreamConfig.Tls;
import org.postern.core.config.DownstreamConfig.Trust;
import org.postern.queue.delivery.RecipientOutcome.Deferred;
import org.postern.queue.delivery.RecipientOutcome.Delivered;

/** The steps that not every session has: each can hang, and what follows is said. */
class HangingStepsTest {
    private static DownstreamConfig relay(int port, Tls tls, boolean implicitTls) {
        return new DownstreamConfig(
                "relay",
                new Target.Smtp("127.0.0.1", port, implicitTls),
                tls,
                4,
                HASTY,
                new Trust.SystemRoots(),
                false,
                true);
    }

    private static DeliveryRequest fromAClient() {
        DeliveryRequest plain = request(MESSAGE, ANN);
        return new DeliveryRequest(
                plain.id(),
                plain.envelope(),
                plain.content(),
                new MessageOrigin("192.0.2.7", "c.example", "c.example"));
    }

    static List<Arguments> steps() {
        return List.of(
                Arguments.of("XFORWARD", Step.ORIGIN, false, hangAt("XFORWARD")),
                Arguments.of("XCLIENT", Step.ORIGIN, false, hangAt("XCLIENT")),
                Arguments.of("EHLO after XCLIENT", Step.ORIGIN, false, hangAt("EHLO")),
                Arguments.of("STARTTLS", Step.TLS, false, hangAt("STARTTLS")),
                Arguments.of("the end of a chunk", Step.FINAL_REPLY, true, hangAt("BDAT")));
    }

    /** Offers what makes the client come by this command, and says nothing to it. */
    private static FakeServer.Script hangAt(String verb) {
        return peer -> {
            switch (verb) {
                case "EHLO" -> peer.greet("XCLIENT ADDR");
                case "BDAT" -> peer.greet("CHUNKING");
                case "STARTTLS" -> peer.greet("STARTTLS");
                default -> peer.greet(verb + " ADDR");
            }
            String command = peer.hear();
            while (!command.startsWith(verb)) {
                peer.say("250 2.0.0 ok");
                command = peer.hear();
            }
            peer.hang();
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("steps")
    void aServerThatHangsThereIsGivenUpInTimeAndTheStepIsNamed(
            String name, Step step, boolean maybeDelivered, FakeServer.Script script)
            throws Exception {
        try (FakeServer server = new FakeServer(script);
                Downstream relay =
                        Downstreams.create(
                                relay(
                                        server.port(),
                                        step == Step.TLS ? Tls.REQUIRED : Tls.NONE,
                                        false),
                                ENVIRONMENT)) {
            DeliveryReport report = relay.deliver(fromAClient());
            assertThat(deferred(report, ANN).reply().toString())
                    .as(name)
                    .startsWith("451 4.4.2 timed out with")
                    .contains("while " + step.words());
            assertThat(report.trouble()).isEqualTo(step);
            assertThat(report.maybeDelivered()).isEqualTo(maybeDelivered);
            assertThat(server.messages).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aHandshakeThatHangsIsGivenUpInTime(boolean implicitTls) throws Exception {
        try (FakeServer server =
                        new FakeServer(peer -> {
                            if (!implicitTls) {
                                peer.greet("STARTTLS");
                                peer.answer("220 2.0.0 go on");
                            }
                            peer.hang();
                        });
                Downstream relay =
                        Downstreams.create(
                                relay(server.port(), Tls.REQUIRED, implicitTls), ENVIRONMENT)) {
            DeliveryReport report = relay.deliver(fromAClient());
            assertThat(deferred(report, ANN).reply().toString())
                    .startsWith("451 4.7.5 TLS with 127.0.0.1:" + server.port() + " failed")
                    .contains("nothing for 250 ms");
            assertThat(report.trouble()).isEqualTo(Step.TLS);
            assertThat(report.maybeDelivered()).isFalse();
        }
    }

    @Test
    void aConnectionThatHangsAtRsetDefersTheSecondMessageAndHarmsNotTheFirst() throws Exception {
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet();
                            peer.answer("250 2.1.0 ok");
                            peer.answer("250 2.1.5 ok");
                            peer.answer("354 go on");
                            peer.content();
                            peer.say("250 2.0.0 taken");
                            peer.hang();
                        });
                Downstream relay = Downstreams.create(smtp(server.port(), HASTY), ENVIRONMENT)) {
            assertThat(relay.deliver(request(MESSAGE, ANN)).allDelivered()).isTrue();
            DeliveryReport second = relay.deliver(request(MESSAGE, BEN));
            assertThat(deferred(second, BEN).reply().toString())
                    .startsWith("451 4.4.2 timed out")
                    .contains("while " + Step.RESET.words());
            assertThat(second.maybeDelivered()).isFalse();
        }
    }

    @Test
    void aFarewellThatHangsDelaysNobody() throws Exception {
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet("LIMITS MAILMAX=1");
                            peer.answer("250 2.1.0 ok");
                            peer.answer("250 2.1.5 ok");
                            peer.answer("354 go on");
                            peer.content();
                            peer.say("250 2.0.0 taken");
                            peer.hang();
                        });
                Downstream relay =
                        Downstreams.create(smtp(server.port(), Duration.ofHours(1)), ENVIRONMENT)) {
            for (int i = 0; i < 5; i++) {
                assertThat(relay.deliver(request(MESSAGE, ANN)).allDelivered()).isTrue();
            }
            assertThat(server.connections()).isEqualTo(5);
        }
    }

    @Test
    void lmtpRepliesThatStopComingLeaveTheRestUncertainInTime() throws Exception {
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet();
                            for (int i = 0; i < 3; i++) {
                                peer.answer("250 2.1.0 ok");
                            }
                            peer.answer("354 go on");
                            peer.content();
                            peer.say("250 2.0.0 saved for the first");
                            peer.hang();
                        });
                Downstream store = Downstreams.create(lmtp(server.port(), HASTY), ENVIRONMENT)) {
            DeliveryReport report = store.deliver(request(MESSAGE, ANN, BEN));
            assertThat(report.outcomes().get(ANN)).isInstanceOf(Delivered.class);
            Deferred ben = deferred(report, BEN);
            assertThat(ben.maybeDelivered()).isTrue();
            assertThat(ben.reply().toString())
                    .contains("timed out")
                    .contains("while " + Step.FINAL_REPLY.words());
        }
    }

    @Test
    void moreLmtpRepliesThanRecipientsNeverAnswerTheNextMessage() throws Exception {
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet("PIPELINING");
                            peer.answer("250 2.1.0 ok");
                            peer.answer("250 2.1.5 ok");
                            peer.answer(peer.number == 1 ? "354 go on" : "451 4.3.0 not now");
                            if (peer.number == 1) {
                                peer.content();
                                peer.say("250 2.0.0 saved", "250 2.0.0 and again", "250 2.0.0 !");
                                peer.hang();
                            }
                        });
                Downstream store = Downstreams.create(lmtp(server.port(), PATIENT), ENVIRONMENT)) {
            assertThat(store.deliver(request(MESSAGE, ANN)).allDelivered()).isTrue();
            DeliveryReport second = store.deliver(request(MESSAGE, BEN));
            assertThat(deferred(second, BEN).reply()).hasToString("451 4.3.0 not now");
            assertThat(server.connections()).as("the first is trusted no more").isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "354 go on", "199 maybe", "25 short"})
    void anAnswerThatIsNoneToTheWholeMessageMayHaveMadeADelivery(String answer) throws Exception {
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet();
                            peer.answer("250 2.1.0 ok");
                            peer.answer("250 2.1.5 ok");
                            peer.answer("354 go on");
                            peer.content();
                            peer.say(answer);
                            peer.hang();
                        });
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            DeliveryReport report = relay.deliver(request(MESSAGE, ANN));
            assertThat(deferred(report, ANN).reply().toString()).startsWith("451 4.5.0 ");
            assertThat(report.maybeDelivered()).isTrue();
            assertThat(relay.status().idle()).isZero();
        }
    }
}
