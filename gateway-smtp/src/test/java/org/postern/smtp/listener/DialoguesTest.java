package org.postern.smtp.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postern.core.config.Limits;
import org.postern.core.config.ListenerConfig;
import org.postern.core.config.NetworksConfig;
import org.postern.core.time.TimeSource;
import org.postern.smtp.SmtpMetrics;
import org.postern.smtp.session.RecordingHandler;
import org.postern.smtp.tls.TlsContexts;

/**
 * Plays the golden dialogues of src-test-e2e against the protocol alone. Each must also leave every
 * message that was accepted free of what makes two of one.
 */
class DialoguesTest {
    private static final RecordingHandler HANDLER = new RecordingHandler();
    private static final SmtpListeners LISTENERS =
            new SmtpListeners(
                    List.of(
                            new ListenerConfig(
                                    InetAddress.getLoopbackAddress(),
                                    0,
                                    ListenerConfig.Tls.STARTTLS,
                                    1_024)),
                    () -> Limits.defaults().toBuilder().connectionRatePerClient(0).build(),
                    () -> NetworksConfig.NONE,
                    "mx.example.test",
                    TlsContexts.none(),
                    HANDLER,
                    TimeSource.system(),
                    SmtpMetrics.NONE);

    @BeforeAll
    static void start() throws ListenerException {
        LISTENERS.start();
    }

    @AfterAll
    static void stop() {
        LISTENERS.stop(Duration.ZERO);
    }

    static List<Path> dialogues() throws IOException {
        Path folder = Path.of(System.getProperty("postern.root", ".."), "src-test-e2e/dialogues");
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".txt")).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("dialogues")
    void theDialogueIsSpokenToTheLetter(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        try (TestClient client = TestClient.connect(LISTENERS.boundPorts().getFirst())) {
            for (int i = 0; i < lines.size(); i++) {
                step(client, lines.get(i), file.getFileName() + ":" + (i + 1));
            }
        }
        assertThat(HANDLER.messages)
                .allSatisfy(m -> assertThat(m.content()).doesNotContain("smuggled"));
    }

    private static void step(TestClient client, String line, String place) throws IOException {
        if (line.isBlank() || line.startsWith("#")) {
            return;
        }
        int colon = line.indexOf(':');
        String text = line.substring(colon + 1);
        text = text.startsWith(" ") ? text.substring(1) : text;
        switch (line.substring(0, colon)) {
            case "C" -> client.write((text + "\r\n").getBytes(StandardCharsets.UTF_8));
            case "C64" -> client.write(Base64.getDecoder().decode(text));
            case "S" -> assertThat(client.line()).as(place).startsWith(text);
            case "S*" -> {
                String wanted = text;
                assertThat(client.reply())
                        .as(place)
                        .anyMatch(
                                l -> (l.substring(0, 3) + " " + l.substring(4)).startsWith(wanted));
            }
            case "S-" -> {
                String unwanted = text;
                assertThat(client.reply())
                        .as(place)
                        .noneMatch(l ->
                                (l.substring(0, 3) + " " + l.substring(4)).startsWith(unwanted));
            }
            case "S!" -> assertThat(client.line()).as(place).isEqualTo(TestClient.EOF);
            default -> fail(place + ": unknown kind of line");
        }
    }
}
