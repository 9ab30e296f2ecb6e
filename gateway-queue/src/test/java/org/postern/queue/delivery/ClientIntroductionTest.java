package org.postern.queue.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postern.queue.delivery.Fixtures.ANN;
import static org.postern.queue.delivery.Fixtures.ENVIRONMENT;
import static org.postern.queue.delivery.Fixtures.MESSAGE;
import static org.postern.queue.delivery.Fixtures.PATIENT;
import static org.postern.queue.delivery.Fixtures.request;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.DownstreamConfig.Target;
import org.postern.core.config.DownstreamConfig.Tls;
import org.postern.core.config.DownstreamConfig.Trust;
import org.postern.queue.delivery.RecipientOutcome.Deferred;

/** XCLIENT towards a downstream: whose session it is, message by message. */
class ClientIntroductionTest {
    private static final String OFFER = "XCLIENT NAME ADDR HELO";

    private static DownstreamConfig xclient(int port) {
        return new DownstreamConfig(
                "relay",
                new Target.Smtp("127.0.0.1", port, false),
                Tls.NONE,
                4,
                PATIENT,
                new Trust.SystemRoots(),
                false,
                true);
    }

    private static DeliveryRequest from(@Nullable MessageOrigin origin) {
        DeliveryRequest plain = request(MESSAGE, ANN);
        return new DeliveryRequest(plain.id(), plain.envelope(), plain.content(), origin);
    }

    private static MessageOrigin client(String address, @Nullable String helo) {
        return new MessageOrigin(address, "c.example", helo);
    }

    /** A server that begins anew at each XCLIENT, and from then on offers only these. */
    private static FakeServer server(String... afterwards) throws Exception {
        return new FakeServer(peer -> {
            peer.greet(OFFER, "PIPELINING");
            while (true) {
                String command = peer.hear();
                switch (command.split(" ", 2)[0]) {
                    case "XCLIENT" -> peer.say("220 fake again");
                    case "EHLO" -> {
                        peer.say("250-fake");
                        for (String keyword : afterwards) {
                            peer.say("250-" + keyword);
                        }
                        peer.say("250 8BITMIME");
                    }
                    case "DATA" -> {
                        peer.say("354 go on");
                        peer.content();
                        peer.say("250 2.0.0 taken");
                    }
                    case "QUIT" -> {
                        peer.say("221 2.0.0 bye");
                        return;
                    }
                    default -> peer.say("250 2.0.0 ok");
                }
            }
        });
    }

    @Test
    void eachMessageComesFromItsOwnClientWhoseHeloTheNextEhloRepeats() throws Exception {
        try (FakeServer server = server(OFFER, "PIPELINING");
                Downstream relay = Downstreams.create(xclient(server.port()), ENVIRONMENT)) {
            assertThat(relay.deliver(from(client("192.0.2.1", "one.example"))).allDelivered())
                    .isTrue();
            assertThat(relay.deliver(from(client("2001:db8::2", "[192.0.2.2]"))).allDelivered())
                    .isTrue();
            assertThat(server.commands)
                    .containsSubsequence(
                            "EHLO mx.example.net",
                            "XCLIENT ADDR=192.0.2.1 NAME=c.example HELO=one.example",
                            "EHLO one.example",
                            "MAIL FROM:<sender@example.org>",
                            "XCLIENT ADDR=IPV6:2001:db8::2 NAME=c.example HELO=[192.0.2.2]",
                            "EHLO [192.0.2.2]",
                            "MAIL FROM:<sender@example.org>");
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "gr\u00fcn.example", "a\u0000b", "a\r\nRSET"})
    void aHeloThatIsNoWordOfACommandNeverStandsInOne(String helo) throws Exception {
        try (FakeServer server = server(OFFER);
                Downstream relay = Downstreams.create(xclient(server.port()), ENVIRONMENT)) {
            assertThat(relay.deliver(from(client("192.0.2.1", helo))).allDelivered()).isTrue();
            assertThat(server.commands)
                    .filteredOn(c -> c.startsWith("EHLO"))
                    .containsExactly("EHLO mx.example.net", "EHLO mx.example.net");
            assertThat(server.commands).doesNotContain("RSET");
        }
    }

    @Test
    void whatIsOfferedAfterXclientIsWhatCounts() throws Exception {
        try (FakeServer server = server("SIZE");
                Downstream relay = Downstreams.create(xclient(server.port()), ENVIRONMENT)) {
            assertThat(relay.deliver(from(client("192.0.2.1", "c"))).allDelivered()).isTrue();
            assertThat(server.commands)
                    .contains("MAIL FROM:<sender@example.org> SIZE=" + MESSAGE.length());
        }
    }

    @Test
    void aSessionThatCannotBeGivenToTheNextClientIsNotUsedForItsMessage() throws Exception {
        try (FakeServer server = server("SIZE");
                Downstream relay = Downstreams.create(xclient(server.port()), ENVIRONMENT)) {
            for (String address : List.of("192.0.2.1", "192.0.2.2")) {
                assertThat(relay.deliver(from(client(address, "c"))).allDelivered()).isTrue();
            }
            assertThat(server.commands)
                    .contains(
                            "XCLIENT ADDR=192.0.2.1 NAME=c.example HELO=c",
                            "XCLIENT ADDR=192.0.2.2 NAME=c.example HELO=c");
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void mailOfOurOwnNeverGoesUnderAClientsName() throws Exception {
        try (FakeServer server = server(OFFER);
                Downstream relay = Downstreams.create(xclient(server.port()), ENVIRONMENT)) {
            assertThat(relay.deliver(from(client("192.0.2.1", "c"))).allDelivered()).isTrue();
            assertThat(relay.deliver(from(null)).allDelivered()).isTrue();
            assertThat(server.commands)
                    .filteredOn(c -> c.startsWith("XCLIENT"))
                    .as("for the first message alone")
                    .hasSize(1);
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void aClientThatTheRulesRefuseIsDeferredAndNoTroubleOfTheDownstream() throws Exception {
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet(OFFER);
                            peer.answer("220 fake again");
                            peer.answer("554 5.7.1 <c>: Helo command rejected");
                        });
                Downstream relay = Downstreams.create(xclient(server.port()), ENVIRONMENT)) {
            DeliveryReport report = relay.deliver(from(client("192.0.2.1", "c")));
            assertThat(report.trouble()).isNull();
            assertThat(relay.status().lastTrouble()).as("nobody is called for it").isNull();
            assertThat(report.outcomes().get(ANN))
                    .isInstanceOfSatisfying(
                            Deferred.class,
                            d -> {
                                assertThat(d.fromDownstream()).isTrue();
                                assertThat(d.reply())
                                        .hasToString("554 5.7.1 <c>: Helo command rejected");
                            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"XCLIENT", "EHLO"})
    void aServerThatClosesThereIsInTrouble(String last) throws Exception {
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet(OFFER);
                            peer.answer("XCLIENT".equals(last) ? "421 4.3.2 bye" : "220 fake");
                            if (last.equals("EHLO")) {
                                peer.hear();
                            }
                        });
                Downstream relay = Downstreams.create(xclient(server.port()), ENVIRONMENT)) {
            DeliveryReport report = relay.deliver(from(client("192.0.2.1", "c")));
            assertThat(report.trouble()).isEqualTo(Step.ORIGIN);
            assertThat(relay.status().lastTrouble()).isNotNull();
            assertThat(report.outcomes().get(ANN)).isInstanceOf(Deferred.class);
        }
    }
}
