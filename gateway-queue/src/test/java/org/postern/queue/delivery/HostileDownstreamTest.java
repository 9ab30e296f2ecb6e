package org.postern.queue.delivery;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postern.queue.delivery.Fixtures.ANN;
import static org.postern.queue.delivery.Fixtures.ENVIRONMENT;
import static org.postern.queue.delivery.Fixtures.HASTY;
import static org.postern.queue.delivery.Fixtures.MESSAGE;
import static org.postern.queue.delivery.Fixtures.PATIENT;
import static org.postern.queue.delivery.Fixtures.lmtp;
import static org.postern.queue.delivery.Fixtures.request;
import static org.postern.queue.delivery.Fixtures.smtp;
import static org.postern.queue.delivery.Misdeeds.deferred;
import static org.postern.queue.delivery.Misdeeds.server;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postern.queue.delivery.Misdeeds.Stop;
import org.postern.queue.delivery.RecipientOutcome.Deferred;

/** A downstream that misbehaves at every step: nothing is lost, and what happened has a name. */
class HostileDownstreamTest {
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
}
