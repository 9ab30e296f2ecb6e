package org.postern.queue.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postern.queue.delivery.Fixtures.ANN;
import static org.postern.queue.delivery.Fixtures.BEN;
import static org.postern.queue.delivery.Fixtures.CAT;
import static org.postern.queue.delivery.Fixtures.ENVIRONMENT;
import static org.postern.queue.delivery.Fixtures.MESSAGE;
import static org.postern.queue.delivery.Fixtures.PATIENT;
import static org.postern.queue.delivery.Fixtures.lmtp;
import static org.postern.queue.delivery.Fixtures.request;
import static org.postern.queue.delivery.Fixtures.smtp;

import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.BodyType;
import org.postern.core.mail.DsnNotify;
import org.postern.core.mail.DsnReturn;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.queue.delivery.RecipientOutcome.Deferred;
import org.postern.queue.delivery.RecipientOutcome.Delivered;
import org.postern.queue.delivery.RecipientOutcome.Failed;

/** What a well-behaved downstream gets, and what its replies come to. */
class RelayDownstreamTest {
    private static final String[] ALL = {
        "PIPELINING", "8BITMIME", "SMTPUTF8", "DSN", "SIZE 1000000"
    };

    @Test
    void smtpHandsOverTheMessageOctetByOctet() throws Exception {
        try (FakeServer server = wellBehaved(false);
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            DeliveryReport report = relay.deliver(request(MESSAGE, ANN, BEN));
            assertThat(report.allDelivered()).isTrue();
            assertThat(report.trouble()).isNull();
            assertThat(report.peer()).isEqualTo("127.0.0.1:" + server.port());
            assertThat(server.messages).singleElement().isEqualTo(MESSAGE.getBytes(UTF_8));
            assertThat(server.commands).first().isEqualTo("EHLO mx.example.net");
        }
    }

    @Test
    void withoutPipeliningEachCommandWaitsForItsReply() throws Exception {
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet();
                            peer.serve(false);
                        });
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            assertThat(relay.deliver(request(MESSAGE, ANN)).allDelivered()).isTrue();
            assertThat(server.commands)
                    .containsExactly(
                            "EHLO mx.example.net",
                            "MAIL FROM:<sender@example.org>",
                            "RCPT TO:<ann@example.net>",
                            "DATA");
        }
    }

    @Test
    void lmtpGivesEachRecipientItsOwnReply() throws Exception {
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet("PIPELINING");
                            peer.answer("250 2.1.0 ok");
                            peer.answer("250 2.1.5 ok");
                            peer.answer("550 5.1.1 no such user");
                            peer.answer("250 2.1.5 ok");
                            peer.answer("354 go on");
                            peer.content();
                            peer.say("250 2.0.0 saved", "452 4.2.2 mailbox full");
                            peer.serve(true);
                        });
                Downstream store = Downstreams.create(lmtp(server.port(), PATIENT), ENVIRONMENT)) {
            DeliveryReport report = store.deliver(request(MESSAGE, ANN, BEN, CAT));
            assertThat(report.outcomes().get(ANN)).isInstanceOf(Delivered.class);
            assertThat(report.outcomes().get(BEN))
                    .isInstanceOfSatisfying(
                            Failed.class,
                            f -> {
                                assertThat(f.reply()).hasToString("550 5.1.1 no such user");
                                assertThat(f.fromDownstream()).isTrue();
                            });
            assertThat(report.outcomes().get(CAT))
                    .isInstanceOfSatisfying(
                            Deferred.class,
                            d -> {
                                assertThat(d.reply()).hasToString("452 4.2.2 mailbox full");
                                assertThat(d.maybeDelivered()).isFalse();
                            });
            assertThat(server.commands).first().isEqualTo("LHLO mx.example.net");
        }
    }

    @Test
    void aConnectionIsUsedAgainAfterRset() throws Exception {
        try (FakeServer server = wellBehaved(true);
                Downstream store = Downstreams.create(lmtp(server.port(), PATIENT), ENVIRONMENT)) {
            for (int i = 0; i < 3; i++) {
                assertThat(store.deliver(request(MESSAGE, ANN, BEN)).allDelivered()).isTrue();
            }
            assertThat(server.connections()).isEqualTo(1);
            assertThat(server.commands.stream().filter("RSET"::equals)).hasSize(2);
            assertThat(store.status().idle()).isEqualTo(1);
            assertThat(store.status().reused()).isEqualTo(2);
        }
    }

    @Test
    void everyParameterThatTheServerTakesIsPassedOn() throws Exception {
        Recipient noted =
                new Recipient(
                        EmailAddress.of("ann@example.net"),
                        Set.of(DsnNotify.DELAY, DsnNotify.FAILURE),
                        "rfc822;anna@example.net");
        Envelope envelope =
                new Envelope(
                        ReversePath.of(EmailAddress.of("jürgen@example.org")),
                        List.of(noted),
                        BodyType.EIGHT_BIT_MIME,
                        true,
                        false,
                        "QQ314159",
                        DsnReturn.HDRS);
        try (FakeServer server = wellBehaved(false);
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            DeliveryReport report = relay.deliver(request(envelope, MESSAGE.getBytes(UTF_8)));
            assertThat(report.allDelivered()).isTrue();
            assertThat(report.dsnPassedOn()).isTrue();
            assertThat(server.commands)
                    .contains(
                            "MAIL FROM:<jürgen@example.org> SIZE="
                                    + MESSAGE.length()
                                    + " BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=QQ314159",
                            "RCPT TO:<ann@example.net> NOTIFY=FAILURE,DELAY"
                                    + " ORCPT=rfc822;anna@example.net");
        }
    }

    @Test
    void theNullReversePathStaysNull() throws Exception {
        Envelope envelope = Envelope.of(ReversePath.Null.INSTANCE, List.of(ANN));
        try (FakeServer server = wellBehaved(false);
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            assertThat(relay.deliver(request(envelope, MESSAGE.getBytes(UTF_8))).allDelivered())
                    .isTrue();
            assertThat(server.commands).contains("MAIL FROM:<> SIZE=" + MESSAGE.length());
        }
    }

    @Test
    void aServerThatKnowsOnlyHeloIsSpokenToInSmtp() throws Exception {
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.say("220 old");
                            peer.answer("502 what is EHLO");
                            peer.answer("250 old");
                            peer.serve(false);
                        });
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            assertThat(relay.deliver(request(MESSAGE, ANN)).allDelivered()).isTrue();
            assertThat(server.commands)
                    .containsSequence("EHLO mx.example.net", "HELO mx.example.net");
        }
    }

    @Test
    void largeContentOfManyDotsArrivesWhole() throws Exception {
        StringBuilder content = new StringBuilder("Subject: big\r\n\r\n");
        Random random = new Random(7);
        while (content.length() < 700_000) {
            content.append(".".repeat(random.nextInt(4)))
                    .append("x".repeat(random.nextInt(60)))
                    .append("\r\n");
        }
        try (FakeServer server = wellBehaved(true);
                Downstream store = Downstreams.create(lmtp(server.port(), PATIENT), ENVIRONMENT)) {
            assertThat(store.deliver(request(content.toString(), ANN)).allDelivered()).isTrue();
            assertThat(new String(server.messages.getFirst(), UTF_8)).isEqualTo(content.toString());
        }
    }

    @Test
    void contentWithoutLastLineEndGetsOne() throws Exception {
        try (FakeServer server = wellBehaved(true);
                Downstream store = Downstreams.create(lmtp(server.port(), PATIENT), ENVIRONMENT)) {
            assertThat(store.deliver(request("a: b\r\n\r\nend", ANN)).allDelivered()).isTrue();
            assertThat(new String(server.messages.getFirst(), UTF_8))
                    .isEqualTo("a: b\r\n\r\nend\r\n");
        }
    }

    @Test
    void chunkingSendsTheMessageVerbatim() throws Exception {
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet("PIPELINING", "CHUNKING");
                            peer.serve(true);
                        });
                Downstream store = Downstreams.create(lmtp(server.port(), PATIENT), ENVIRONMENT)) {
            String content = MESSAGE + "x".repeat(300_000) + "\r\n";
            assertThat(store.deliver(request(content, ANN, BEN)).allDelivered()).isTrue();
            assertThat(new String(server.messages.getFirst(), UTF_8)).isEqualTo(content);
            assertThat(server.commands)
                    .contains("BDAT " + content.length() + " LAST")
                    .doesNotContain("DATA");
        }
    }

    @Test
    void recipientsBeyondTheServersLimitGoInTheNextTransaction() throws Exception {
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet("PIPELINING");
                            peer.answer("250 2.1.0 ok");
                            peer.answer("250 2.1.5 ok");
                            peer.answer("250 2.1.5 ok");
                            peer.answer("452 4.5.3 too many");
                            peer.answer("354 go on");
                            peer.content();
                            peer.say("250 2.0.0 taken");
                            peer.serve(false);
                        });
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            assertThat(relay.deliver(request(MESSAGE, ANN, BEN, CAT)).allDelivered()).isTrue();
            assertThat(server.messages).hasSize(2);
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void anAnnouncedLimitOfRecipientsIsKept() throws Exception {
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet("PIPELINING", "LIMITS RCPTMAX=2 MAILMAX=2");
                            peer.serve(false);
                        });
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            assertThat(relay.deliver(request(MESSAGE, ANN, BEN, CAT)).allDelivered()).isTrue();
            assertThat(server.messages).hasSize(2);
            assertThat(relay.status().idle()).as("MAILMAX is reached").isZero();
        }
    }

    @Test
    void theClientsAddressIsPassedOnByXforward() throws Exception {
        try (FakeServer server =
                        new FakeServer(peer -> {
                            peer.greet("PIPELINING", "XFORWARD NAME ADDR PROTO HELO");
                            peer.serve(false);
                        });
                Downstream relay = Downstreams.create(smtp(server.port(), PATIENT), ENVIRONMENT)) {
            DeliveryRequest plain = request(MESSAGE, ANN);
            MessageOrigin origin = new MessageOrigin("2001:db8::7", null, "a b+c");
            assertThat(
                            relay.deliver(
                                            new DeliveryRequest(
                                                    plain.id(),
                                                    plain.envelope(),
                                                    plain.content(),
                                                    origin))
                                    .allDelivered())
                    .isTrue();
            assertThat(server.commands)
                    .contains(
                            "XFORWARD ADDR=IPV6:2001:db8::7 NAME=[UNAVAILABLE]",
                            "XFORWARD HELO=a+20b+2Bc PROTO=ESMTP");
        }
    }

    private static FakeServer wellBehaved(boolean lmtp) throws Exception {
        return new FakeServer(peer -> {
            peer.greet(ALL);
            peer.serve(lmtp);
        });
    }
}
