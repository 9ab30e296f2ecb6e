package org.postern.smtp.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.postern.core.config.Limits;
import org.postern.core.config.Limits.BareNewline;
import org.postern.smtp.NamedLimit;
import org.postern.smtp.SessionEnd;
import org.postern.smtp.admission.Gauge;

/** Every limit by its name, against clients that break it. */
class LimitsTest {
    private static Limits.Builder limits() {
        return Limits.defaults().toBuilder();
    }

    private static void greet(TestClient c) throws IOException {
        assertThat(c.line()).startsWith("220 ");
        c.send("EHLO client.test");
        c.reply();
    }

    private static void beginData(TestClient c) throws IOException {
        greet(c);
        c.send("MAIL FROM:<a@client.test>", "RCPT TO:<alice@example.test>", "DATA");
        c.line();
        c.line();
        assertThat(c.line()).startsWith("354 ");
    }

    private static void awaitEnd(TestGateway gateway, SessionEnd end, NamedLimit limit) {
        Awaitility.await().until(() -> gateway.counts.ends(end) == 1);
        assertThat(gateway.counts.hits(limit)).isEqualTo(1);
    }

    @Test
    void aSilentClientIsCutAtTheCommandTimeout() throws Exception {
        try (TestGateway gateway =
                        TestGateway.withLimits(limits().commandTimeout(Duration.ofMillis(300)));
                TestClient c = gateway.connect()) {
            assertThat(c.line()).startsWith("220 ");
            assertThat(c.line()).startsWith("421 4.4.2 Timeout (limits.command-timeout)");
            assertThat(c.line()).isEqualTo(TestClient.EOF);
            awaitEnd(gateway, SessionEnd.TIMEOUT, NamedLimit.COMMAND_TIMEOUT);
        }
    }

    @Test
    void aClientThatDripsACommandIsCutAtTheCommandTimeout() throws Exception {
        try (TestGateway gateway =
                        TestGateway.withLimits(limits().commandTimeout(Duration.ofMillis(500)));
                TestClient c = gateway.connect()) {
            assertThat(c.line()).startsWith("220 ");
            Thread drip = Thread.ofVirtual().start(() -> drip(c, "N"));
            assertThat(c.line()).startsWith("421 4.4.2 Timeout (limits.command-timeout)");
            drip.interrupt();
            assertThat(drip.join(Duration.ofSeconds(20))).isTrue();
        }
    }

    /** Sends this every 50 ms until the connection or the thread ends. */
    private static void drip(TestClient c, String what) {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                c.write(what.getBytes(StandardCharsets.US_ASCII));
                Thread.sleep(50); // the drip is the attack, not synchronisation
            }
        } catch (IOException | InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aClientThatDripsContentIsCutAtTheMessageTimeout() throws Exception {
        try (TestGateway gateway =
                        TestGateway.withLimits(limits().messageTimeout(Duration.ofMillis(500)));
                TestClient c = gateway.connect()) {
            beginData(c);
            Thread drip = Thread.ofVirtual().start(() -> drip(c, "x"));
            assertThat(c.line()).startsWith("421 4.4.2 Timeout (limits.message-timeout)");
            drip.interrupt();
            assertThat(drip.join(Duration.ofSeconds(20))).isTrue();
            awaitEnd(gateway, SessionEnd.TIMEOUT, NamedLimit.MESSAGE_TIMEOUT);
            assertThat(gateway.handler.aborts).containsExactly("message-timeout");
        }
    }

    @Test
    void aClientThatTalksForEverIsCutAtTheSessionTimeout() throws Exception {
        try (TestGateway gateway =
                        TestGateway.withLimits(limits().sessionTimeout(Duration.ofMillis(500)));
                TestClient c = gateway.connect()) {
            assertThat(c.line()).startsWith("220 ");
            Thread drip = Thread.ofVirtual().start(() -> drip(c, "NOOP\r\n"));
            String line;
            do {
                line = c.line();
            } while (line.startsWith("250 "));
            assertThat(line).startsWith("421 4.4.2 Timeout (limits.session-timeout)");
            drip.interrupt();
            assertThat(drip.join(Duration.ofSeconds(20))).isTrue();
        }
    }

    @Test
    void aClientThatNeverReadsItsRepliesIsCutAtTheWriteTimeout() throws Exception {
        try (TestGateway gateway =
                        TestGateway.withLimits(
                                limits().writeTimeout(Duration.ofMillis(500)).commands(0));
                Socket s = new Socket()) {
            s.setReceiveBufferSize(4_096);
            s.connect(
                    new java.net.InetSocketAddress(
                            java.net.InetAddress.getLoopbackAddress(), gateway.port()));
            byte[] noise = "HELP\r\n".repeat(2_000).getBytes(StandardCharsets.US_ASCII);
            Thread flood = Thread.ofVirtual().start(() -> flood(s, noise));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> gateway.counts.ends(SessionEnd.TIMEOUT) == 1);
            assertThat(gateway.counts.hits(NamedLimit.WRITE_TIMEOUT)).isEqualTo(1);
            s.shutdownOutput();
            assertThat(flood.join(Duration.ofSeconds(20))).isTrue();
        }
    }

    private static void flood(Socket s, byte[] noise) {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                s.getOutputStream().write(noise);
            }
        } catch (IOException e) {
            Thread.currentThread().interrupt(); // cut off, as it should be
        }
    }

    @Test
    void tooManyCommandsEndTheSession() throws Exception {
        try (TestGateway gateway = TestGateway.withLimits(limits().commands(3));
                TestClient c = gateway.connect()) {
            assertThat(c.line()).startsWith("220 ");
            c.send("NOOP", "NOOP", "NOOP", "NOOP");
            c.line();
            c.line();
            c.line();
            assertThat(c.line()).startsWith("421 4.7.0 Too many commands");
            awaitEnd(gateway, SessionEnd.LIMIT, NamedLimit.COMMANDS);
        }
    }

    @Test
    void tooManyRecipientsAreToldToComeAgain() throws Exception {
        try (TestGateway gateway = TestGateway.withLimits(limits().recipients(2));
                TestClient c = gateway.connect()) {
            greet(c);
            c.send(
                    "MAIL FROM:<a@client.test>",
                    "RCPT TO:<alice@example.test>",
                    "RCPT TO:<bob@example.test>",
                    "RCPT TO:<postmaster@example.test>");
            c.line();
            c.line();
            c.line();
            assertThat(c.line()).startsWith("452 4.5.3");
            assertThat(gateway.counts.hits(NamedLimit.RECIPIENTS)).isEqualTo(1);
        }
    }

    @Test
    void aMessageBeyondTheLimitIsDrainedAndRefused() throws Exception {
        try (TestGateway gateway = TestGateway.withLimits(limits().messageBytes(10_000));
                TestClient c = gateway.connect()) {
            beginData(c);
            c.send("Subject: x", "", "0123456789".repeat(3_000), ".", "NOOP");
            assertThat(c.line()).startsWith("552 5.3.4");
            assertThat(c.line()).startsWith("250 2.0.0");
            assertThat(gateway.handler.messages).isEmpty();
            assertThat(gateway.handler.aborts).containsExactly("message-bytes");
            assertThat(gateway.counts.hits(NamedLimit.MESSAGE_BYTES)).isEqualTo(1);
        }
    }

    @Test
    void anEndlessMessageIsCutWhenDrainingHasTakenEnough() throws Exception {
        try (TestGateway gateway = TestGateway.withLimits(limits().messageBytes(10_000));
                TestClient c = gateway.connect()) {
            beginData(c);
            byte[] block = "0123456789\r\n".repeat(10_000).getBytes(StandardCharsets.US_ASCII);
            Thread flood = Thread.ofVirtual().start(() -> flood(c.socket(), block));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> gateway.counts.ends(SessionEnd.LIMIT) == 1);
            c.socket().shutdownOutput();
            assertThat(flood.join(Duration.ofSeconds(20))).isTrue();
        }
    }

    @Test
    void aHeaderSectionBeyondTheLimitIsRefused() throws Exception {
        try (TestGateway gateway = TestGateway.withLimits(limits().headerBytes(1_000));
                TestClient c = gateway.connect()) {
            beginData(c);
            c.send("X-Long: " + "x".repeat(2_000), "", ".");
            assertThat(c.line()).startsWith("552 5.3.4");
            assertThat(gateway.counts.hits(NamedLimit.HEADER_BYTES)).isEqualTo(1);
        }
    }

    @Test
    void normalizingMakesDamagedLinesGoodAndOneMessageStaysOne() throws Exception {
        try (TestGateway gateway =
                        TestGateway.withLimits(limits().bareNewline(BareNewline.NORMALIZE));
                TestClient c = gateway.connect()) {
            beginData(c);
            c.write(
                    "a\nb\rc\0d\r\r\ne\n.\nMAIL FROM:<smuggled@client.test>\r\n.\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(c.line()).startsWith("250 2.0.0");
            c.send("QUIT");
            assertThat(c.line()).startsWith("221 ");
            assertThat(gateway.handler.messages).hasSize(1);
            assertThat(gateway.handler.messages.getFirst().content())
                    .isEqualTo(
                            String.join(
                                    "\r\n",
                                    "a",
                                    "b",
                                    "cd",
                                    "",
                                    "e",
                                    ".",
                                    "MAIL FROM:<smuggled@client.test>",
                                    ""));
        }
    }

    @Test
    void aClientThatSpeaksBeforeTheGreetingIsSentAway() throws Exception {
        try (TestGateway gateway =
                        TestGateway.withLimits(limits().greetDelay(Duration.ofSeconds(10)));
                TestClient c = gateway.connect()) {
            c.send("EHLO early.test");
            assertThat(c.line()).startsWith("554 5.5.1");
            assertThat(c.line()).isEqualTo(TestClient.EOF);
            awaitEnd(gateway, SessionEnd.EARLY_TALKER, NamedLimit.GREET_DELAY);
            assertThat(gateway.handler.clients).isEmpty();
        }
    }

    @Test
    void whatCameAlongWithAProxyHeaderIsEarlyTalkToo() throws Exception {
        try (TestGateway gateway =
                        TestGateway.withLimits(limits().greetDelay(Duration.ofSeconds(10)))
                                .behindBalancer();
                TestClient c = gateway.connect()) {
            c.send("PROXY TCP4 192.0.2.7 203.0.113.25 40000 25", "EHLO early.test");
            assertThat(c.line()).startsWith("554 5.5.1");
        }
    }

    @Test
    void aClientThatWaitsForTheGreetingGetsIt() throws Exception {
        try (TestGateway gateway =
                        TestGateway.withLimits(limits().greetDelay(Duration.ofMillis(200)));
                TestClient c = gateway.connect()) {
            greet(c);
        }
    }

    @Test
    void connectionsOfOneNetworkAreLimited() throws Exception {
        try (TestGateway gateway =
                TestGateway.withLimits(limits().connectionsPerNetwork(2).connectionsPerClient(0))) {
            List<TestClient> open = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                TestClient c = gateway.connect();
                assertThat(c.line()).startsWith("220 ");
                open.add(c);
            }
            try (TestClient c = gateway.connect()) {
                assertThat(c.line()).startsWith("421 4.7.0 Too many connections from your network");
            }
            open.removeFirst().close();
            Awaitility.await().until(() -> gateway.listeners().connections() == 1);
            try (TestClient c = gateway.connect()) {
                assertThat(c.line()).startsWith("220 ");
            }
            open.getFirst().close();
        }
    }

    @Test
    void connectionsInAMinuteAreLimited() throws Exception {
        try (TestGateway gateway = TestGateway.withLimits(limits().connectionRatePerClient(2))) {
            for (int i = 0; i < 2; i++) {
                try (TestClient c = gateway.connect()) {
                    assertThat(c.line()).startsWith("220 ");
                }
            }
            try (TestClient c = gateway.connect()) {
                assertThat(c.line()).startsWith("421 4.7.0 Too many connections in a minute");
            }
            assertThat(gateway.counts.hits(NamedLimit.CONNECTION_RATE_PER_CLIENT)).isEqualTo(1);
        }
    }

    @Test
    void underLoadStrangersAreShedFirstAndAtOnce() throws Exception {
        AtomicReference<Double> load = new AtomicReference<>(0.95);
        try (TestGateway strangers =
                        TestGateway.loaded(new Gauge("test", () -> load.get()), false);
                TestGateway friends =
                        TestGateway.loaded(new Gauge("test", () -> load.get()), true)) {
            try (TestClient c = strangers.connect()) {
                assertThat(c.line()).startsWith("421 4.3.2");
                assertThat(c.line()).isEqualTo(TestClient.EOF);
            }
            try (TestClient c = friends.connect()) {
                assertThat(c.line()).startsWith("220 ");
            }
            load.set(1.0);
            Awaitility.await()
                    .until(() -> {
                        try (TestClient c = friends.connect()) {
                            return c.line().startsWith("421 4.3.2");
                        }
                    });
            load.set(0.1);
            Awaitility.await()
                    .until(() -> {
                        try (TestClient c = strangers.connect()) {
                            return c.line().startsWith("220 ");
                        }
                    });
        }
    }

    @Test
    void aMessageCutOffInTheMiddleIsNeverAccepted() throws Exception {
        try (TestGateway gateway = TestGateway.plain()) {
            try (TestClient c = gateway.connect()) {
                beginData(c);
                c.send("Subject: x", "", "half");
            }
            try (TestClient c = gateway.connect()) {
                greet(c);
                c.send(
                        "MAIL FROM:<a@client.test>",
                        "RCPT TO:<alice@example.test>",
                        "BDAT 1000 LAST",
                        "half");
                c.line();
                c.line();
            }
            Awaitility.await().until(() -> gateway.counts.ends(SessionEnd.DISCONNECTED) == 2);
            assertThat(gateway.handler.messages).isEmpty();
            assertThat(gateway.handler.aborts).containsExactly("disconnected", "disconnected");
        } catch (SocketException e) {
            throw new AssertionError("the gateway reset a connection", e);
        }
    }
}
