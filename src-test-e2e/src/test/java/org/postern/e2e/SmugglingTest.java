package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The second line against SMTP smuggling: every sequence of the dialogues, whatever the gateway is
 * told to do with it, through the real relay to a real store. What was one message at the front
 * door is one message behind it, and nothing that could be taken for two is ever on that wire.
 */
@WithPeers
class SmugglingTest {
    private static final int SEQUENCES = 44;

    private static List<Path> sequences() throws IOException {
        try (Stream<Path> files = Files.list(Peers.ROOT.resolve("src-test-e2e/dialogues"))) {
            return files.filter(f -> f.getFileName().toString().startsWith("smuggling-"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"reject", "normalize"})
    void noSequenceBecomesTwoMessagesBehindLmtp(String bareNewline, Surroundings around)
            throws Exception {
        String recipient = "smuggling-" + bareNewline + "@example.test";
        try (Tap tap = Tap.to(around.dovecot().lmtpPort());
                Gateway gateway = gateway(around, bareNewline, recipient, "lmtp", tap.port())) {
            int accepted = sendAll(gateway, recipient);
            awaitThrough(gateway, accepted, () -> around.dovecot().inbox(recipient).size());
            assertThat(around.dovecot().inbox(recipient)).hasSize(accepted);
            assertThat(around.dovecot().inbox("bob@example.test"))
                    .noneMatch(m -> m.contains("<smuggled@"));
            assertCleanWire(tap, accepted);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"reject", "normalize"})
    void noSequenceBecomesTwoMessagesBehindSmtp(String bareNewline, Surroundings around)
            throws Exception {
        String recipient = "smuggling-" + bareNewline + "@example.test";
        Path folder = Surroundings.newFolder("sink");
        try (SmtpSink sink = SmtpSink.start(folder);
                Tap tap = Tap.to(sink.port());
                Gateway gateway = gateway(around, bareNewline, recipient, "smtp", tap.port())) {
            int accepted = sendAll(gateway, recipient);
            awaitThrough(gateway, accepted, () -> sink.messages().size());
            assertThat(sink.messages())
                    .hasSize(accepted)
                    .noneMatch(m -> m.contains("X-Mail-Args: <smuggled@"));
            assertCleanWire(tap, accepted);
        } finally {
            Surroundings.delete(folder);
        }
    }

    private static Gateway gateway(
            Surroundings around, String bareNewline, String recipient, String dialect, int port) {
        Gateway gateway = around.newGateway("smuggling");
        gateway.file("lists/recipients.yaml", "- " + recipient + "\n- bob@example.test\n");
        gateway.configure(
                Gateway.configuration(
                                gateway, around.dns().port(), dialect + "://127.0.0.1:" + port)
                        .replace("limits: {", "limits: { bare-newline: " + bareNewline + ","));
        return gateway.start();
    }

    /**
     * Plays every sequence and gives how many messages were accepted, which is never two of one.
     */
    private static int sendAll(Gateway gateway, String recipient) throws IOException {
        int accepted = 0;
        List<Path> files = sequences();
        assertThat(files).hasSizeGreaterThanOrEqualTo(SEQUENCES);
        for (Path file : files) {
            byte[] content = Dialogue.read(file).sentAfter("354");
            assertThat(content).as(file.toString()).isNotEmpty();
            try (SmtpClient client = SmtpClient.connect(gateway.smtpPort())) {
                assertThat(client.reply()).startsWith("220 ");
                assertThat(client.command("EHLO client.plain.test")).startsWith("250");
                assertThat(client.command("MAIL FROM:<a@plain.test>")).startsWith("250 ");
                assertThat(client.command("RCPT TO:<" + recipient + ">")).startsWith("250 ");
                assertThat(client.command("DATA")).startsWith("354 ");
                client.write(content);
                client.line("\r\n.\r\nQUIT");
                String replies = client.rest();
                long taken = replies.lines().filter(l -> l.contains("queued as")).count();
                assertThat(taken).as(file + "\n" + replies).isLessThanOrEqualTo(1);
                accepted += (int) taken;
            }
        }
        // and an honest one, so that what follows is never satisfied by nothing
        assertThat(
                        SmtpClient.send(
                                gateway.smtpPort(),
                                "someone@pass.test",
                                List.of(recipient),
                                Message.from("someone@pass.test").octets()))
                .startsWith("250 ");
        return accepted + 1;
    }

    private static void awaitThrough(Gateway gateway, int accepted, IntSupplier arrived) {
        await("everything accepted has arrived, and the queue is empty")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .until(() ->
                        arrived.getAsInt() >= accepted
                                && gateway.get("/metrics")
                                        .body()
                                        .lines()
                                        .filter(l -> l.startsWith("postern_queue_messages{"))
                                        .allMatch(l -> l.endsWith(" 0.0")));
    }

    private static void assertCleanWire(Tap tap, int accepted) {
        String wire = tap.heard();
        assertThat(wire)
                .doesNotContain("\0")
                .doesNotContain("MAIL FROM:<smuggled@plain.test> SIZE");
        String withoutLineEnds = wire.replace("\r\n", "");
        assertThat(withoutLineEnds).doesNotContain("\r").doesNotContain("\n");
        assertThat(wire.lines().filter(l -> l.startsWith("MAIL FROM:<") && l.contains("SIZE=")))
                .hasSizeLessThanOrEqualTo(accepted);
    }
}
