package org.postern.app.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.snapshot.Snapshots;
import org.postern.core.time.TimeSource;

/** The assembled gateway within this JVM: the whole path, and starts that fail. */
class GatewayTest {
    private static final String FORGED_AND_DOTTED =
            """
            From: <a@client.invalid>\r
            Authentication-Results: MX.example.test; dmarc=pass\r
            X-Postern-Reason: forged\r
            Subject: hello\r
            \r
            ..dot\r
            .\
            """;

    @TempDir Path folder;

    private Path config(int port, String downstream) throws IOException {
        return Files.writeString(
                folder.resolve("postern.yaml"),
                """
                hostname: mx.example.test
                data: data
                listeners:
                  - { address: 127.0.0.1, port: %d }
                domains:
                  example.test:
                    recipients: { static: [postmaster@example.test, alice@example.test] }
                    downstream: %s
                admin: { address: 127.0.0.1, port: 0 }
                """
                        .formatted(port, downstream));
    }

    private static Gateway start(Path config) throws StartFailure {
        return switch (Snapshots.read(config, TimeSource.system())) {
            case SnapshotResult.Loaded loaded -> Gateway.start(loaded, "test");
            case SnapshotResult.Refused refused ->
                    throw new AssertionError(refused.problems().toString());
        };
    }

    /** Sends the lines, waiting for a reply to each, and gives the replies' last lines. */
    private static List<String> talk(int port, String... lines) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            BufferedReader in =
                    new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            List<String> replies = new java.util.ArrayList<>();
            replies.add(reply(in));
            for (String line : lines) {
                socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
                replies.add(reply(in));
            }
            return replies;
        }
    }

    private static String reply(BufferedReader in) throws IOException {
        String line = in.readLine();
        while (line != null && line.length() > 3 && line.charAt(3) == '-') {
            line = in.readLine();
        }
        return String.valueOf(line);
    }

    /** A port that was free a moment ago, so that connections to it are refused. */
    private static int portOfNobody() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static List<Path> delivered(Path maildir) {
        try (Stream<Path> files = Files.list(maildir.resolve("new"))) {
            return files.toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    @Test
    void takesAMessageThroughToTheMaildir() throws IOException, StartFailure {
        Path maildir = folder.resolve("mail");
        try (Gateway gateway = start(config(0, "maildir://" + maildir))) {
            int port = gateway.listeners().getFirst().getPort();
            assertThat(
                            talk(
                                    port,
                                    "EHLO client.invalid",
                                    "MAIL FROM:<>",
                                    "RCPT TO:<nobody@example.test>",
                                    "RCPT TO:<alice@elsewhere.invalid>",
                                    "RCPT TO:<Alice@Example.TEST>",
                                    "DATA",
                                    FORGED_AND_DOTTED,
                                    "QUIT"))
                    .satisfiesExactly(
                            r -> assertThat(r).startsWith("220 "),
                            r -> assertThat(r).startsWith("250 "),
                            r -> assertThat(r).startsWith("250 2.1.0"),
                            r -> assertThat(r).startsWith("550 5.1.1"),
                            r -> assertThat(r).startsWith("550 5.7.1"),
                            r -> assertThat(r).startsWith("250 2.1.5"),
                            r -> assertThat(r).startsWith("354 "),
                            r -> assertThat(r).startsWith("250 2.0.0 Ok: queued as "),
                            r -> assertThat(r).startsWith("221 2.0.0"));
            await().atMost(Duration.ofSeconds(30)).until(() -> !delivered(maildir).isEmpty());
            String message = Files.readString(delivered(maildir).getFirst());
            assertThat(message)
                    .startsWith("Return-Path: <>\n")
                    .contains("Received: from client.invalid ([127.0.0.1])")
                    .containsOnlyOnce("Authentication-Results:")
                    .doesNotContain("dmarc=pass")
                    .doesNotContain("forged")
                    .contains("X-Postern-Reason: accepted; rule=")
                    .endsWith("Subject: hello\n\n.dot\n");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> gateway.spool().summary().total() == 0);
        }
    }

    @Test
    void aNewHostnameIsInTheGreetingAndInReceivedOfTheNextSessionAndInNeitherOfTheOpenOne()
            throws IOException, StartFailure {
        Path maildir = folder.resolve("mail");
        Path config = config(0, "maildir://" + maildir);
        try (Gateway gateway = start(config)) {
            int port = gateway.listeners().getFirst().getPort();
            try (Socket open = new Socket(InetAddress.getLoopbackAddress(), port)) {
                open.setSoTimeout(30_000);
                BufferedReader in =
                        new BufferedReader(
                                new InputStreamReader(
                                        open.getInputStream(), StandardCharsets.UTF_8));
                assertThat(in.readLine()).startsWith("220 mx.example.test ");
                Files.writeString(
                        config,
                        Files.readString(config).replace("mx.example.test", "mx2.example.test"));
                assertThat(gateway.reload(false)).isInstanceOf(SnapshotResult.Loaded.class);
                open.getOutputStream()
                        .write(
                                String.join(
                                                "\r\n",
                                                "HELO client.invalid",
                                                "MAIL FROM:<>",
                                                "RCPT TO:<alice@example.test>",
                                                "DATA",
                                                "From: <a@client.invalid>",
                                                "",
                                                "open",
                                                ".",
                                                "QUIT",
                                                "")
                                        .getBytes(StandardCharsets.UTF_8));
                assertThat(in.readLine()).startsWith("250 mx.example.test ");
                assertThat(in.lines().toList()).last().asString().startsWith("221 ");
            }
            List<String> replies =
                    talk(
                            port,
                            "HELO client.invalid",
                            "MAIL FROM:<>",
                            "RCPT TO:<alice@example.test>",
                            "DATA",
                            "From: <a@client.invalid>\r\n\r\nnext\r\n.",
                            "QUIT");
            assertThat(replies.get(0)).startsWith("220 mx2.example.test ");
            assertThat(replies.get(1)).startsWith("250 mx2.example.test ");
            await().atMost(Duration.ofSeconds(30)).until(() -> delivered(maildir).size() == 2);
            for (Path file : delivered(maildir)) {
                String message = Files.readString(file);
                assertThat(message)
                        .contains(
                                message.endsWith("next\n")
                                        ? "by mx2.example.test (Postern)"
                                        : "by mx.example.test (Postern)");
            }
        }
    }

    @Test
    void goesOnWhereItWasAfterARestart() throws IOException, StartFailure {
        Path maildir = folder.resolve("mail");
        try (Gateway gateway = start(config(0, "lmtp://127.0.0.1:" + portOfNobody()))) {
            assertThat(
                            talk(
                                    gateway.listeners().getFirst().getPort(),
                                    "EHLO client.invalid",
                                    "MAIL FROM:<>",
                                    "RCPT TO:<alice@example.test>",
                                    "DATA",
                                    "From: <a@client.invalid>\r\n\r\nkept\r\n."))
                    .last()
                    .asString()
                    .startsWith("250 ");
            assertThat(gateway.spool().summary().total()).isEqualTo(1);
        }
        try (Gateway gateway = start(config(0, "maildir://" + maildir))) {
            assertThat(gateway.ready()).isTrue();
            gateway.spool().retryNow(gateway.spool().entries().map(e -> e.id()).toList());
            await().atMost(Duration.ofSeconds(60)).until(() -> !delivered(maildir).isEmpty());
            assertThat(Files.readString(delivered(maildir).getFirst())).endsWith("\n\nkept\n");
        }
    }

    @Test
    void startsWholeOrNotAtAll() throws IOException, StartFailure {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Path config = config(taken.getLocalPort(), "maildir:///" + folder.resolve("mail"));
            assertThatThrownBy(() -> start(config))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining("postern.yaml:4:5: cannot listen on 127.0.0.1:")
                    .hasMessageContaining("in use");
        }
        // the spool's lock was given back: the same data directory opens again
        try (Gateway gateway = start(config(0, "maildir://" + folder.resolve("mail")))) {
            assertThat(gateway.ready()).isTrue();
        }
    }

    @Test
    void refusesASealingKeyThatIsNoneByItsPlace() throws IOException {
        Files.writeString(folder.resolve("seal.pem"), "-----BEGIN PRIVATE KEY-----\nAAAA\n");
        Path config = config(0, "maildir://" + folder.resolve("mail"));
        Files.writeString(
                config,
                Files.readString(config)
                        + """
                        authentication:
                          arc-seal: { domain: example.test, selector: s1, key: seal.pem }
                        """);
        assertThatThrownBy(() -> start(config))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("postern.yaml:11:56: authentication.arc-seal.key: ")
                .hasMessageContaining("neither RSA nor Ed25519")
                .hasMessageNotContaining("AAAA");
    }

    @Test
    void refusesADownstreamThatDoesNotExistOrADataPathThatIsAFile() throws IOException {
        Files.writeString(folder.resolve("data"), "in the way");
        Path config = config(0, "maildir://" + folder.resolve("mail"));
        assertThatThrownBy(() -> start(config))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("postern.yaml:2:7: data: ")
                .hasMessageContaining("not a directory");
    }
}
