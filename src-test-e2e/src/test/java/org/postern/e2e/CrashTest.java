package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * 250 means durable: after {@code kill -9} everything that was answered 250 still arrives, once.
 */
@WithPeers
class CrashTest {
    private static final int LARGE = 2 << 20;

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 40})
    void whatWasAcceptedBeforeTheKillIsDeliveredAfterTheRestart(int count, Surroundings around) {
        int downstream = Ports.free(); // nobody there yet
        Gateway gateway = around.newGateway("crash");
        gateway.configure(
                Gateway.configuration(
                        gateway, around.dns().port(), "lmtp://127.0.0.1:" + downstream));
        try (gateway) {
            gateway.start();
            List<Message> accepted = new ArrayList<>();
            try (SmtpClient client = SmtpClient.connect(gateway.smtpPort())) {
                client.reply();
                client.command("EHLO client.pass.test");
                for (int i = 0; i < count; i++) {
                    Message message = message(i);
                    assertThat(
                                    client.transaction(
                                            "someone@pass.test",
                                            List.of("alice@example.test"),
                                            message.octets()))
                            .startsWith("250 2.");
                    accepted.add(message);
                }
                gateway.program().kill(); // the octet after the last 250
            }
            gateway.start();
            Program.Result list = gateway.command("queue", "list", "--json");
            assertThat(list.lines()).as(list.all()).hasSize(count);
            for (Message message : accepted) {
                assertThat(list.out()).contains("\"content_sha256\":\"" + message.sha256() + "\"");
            }
            try (DovecotServer dovecot =
                    DovecotServer.start(gateway.folder().resolve("dovecot"), downstream)) {
                for (Message message : accepted) {
                    assertThat(dovecot.awaitMessages("alice@example.test", message.id()))
                            .singleElement()
                            .asString()
                            .satisfies(stored ->
                                    assertThat(stored.endsWith("\r\n" + message.text())).isTrue());
                }
                assertThat(dovecot.inbox("alice@example.test")).hasSize(count);
            }
        }
    }

    /** Kills in the middle of a stream of mail, several times over one spool. */
    @Test
    void killsInMidStreamLoseNothingThatWasAnswered250(Surroundings around)
            throws InterruptedException {
        try (Gateway gateway = around.newGateway("stream")) {
            Queue<Message> accepted = new ConcurrentLinkedQueue<>();
            for (int round = 1; round <= 3; round++) {
                gateway.start();
                int enough = accepted.size() + 7 * round;
                Thread sender =
                        Thread.ofVirtual()
                                .start(() -> sendUntilTheConnectionBreaks(gateway, accepted));
                await().atMost(Duration.ofSeconds(40))
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> accepted.size() >= enough);
                gateway.program().kill();
                assertThat(sender.join(Duration.ofSeconds(60))).isTrue();
            }
            gateway.start();
            for (Message message : accepted) {
                assertThat(around.dovecot().awaitMessages("carol@example.test", message.id()))
                        .allSatisfy(stored -> assertThat(stored).endsWith("\r\n" + message.text()));
            }
        }
    }

    private static void sendUntilTheConnectionBreaks(Gateway gateway, Queue<Message> accepted) {
        try (SmtpClient client = SmtpClient.connect(gateway.smtpPort())) {
            client.reply();
            client.command("EHLO client.pass.test");
            while (true) {
                Message message = Message.from("someone@pass.test");
                String reply =
                        client.transaction(
                                "someone@pass.test",
                                List.of("carol@example.test"),
                                message.octets());
                if (reply.startsWith("250 2.")) {
                    accepted.add(message);
                }
            }
        } catch (UncheckedIOException e) {
            return; // the kill
        }
    }

    /** Every seventh is large enough to get a file of its own. */
    private static Message message(int number) {
        Message message = Message.from("someone@pass.test");
        if (number % 7 != 3) {
            return message;
        }
        String line = "y".repeat(76) + "\r\n";
        String body = line.repeat(LARGE / line.length());
        return message.as((message.text() + body).getBytes(StandardCharsets.US_ASCII));
    }
}
