package org.postern.smtp.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postern.core.config.Limits;
import org.postern.core.config.ListenerConfig;
import org.postern.core.config.NetworksConfig;
import org.postern.core.time.TimeSource;
import org.postern.smtp.SessionEnd;
import org.postern.smtp.SmtpMetrics;
import org.postern.smtp.session.RecordingHandler;
import org.postern.smtp.tls.TlsContexts;

class SmtpListenersTest {
    private final RecordingHandler handler = new RecordingHandler();
    private final SmtpListeners listeners = listeners(0, Limits.defaults());

    private SmtpListeners listeners(int port, Limits limits) {
        return new SmtpListeners(
                List.of(
                        new ListenerConfig(
                                InetAddress.getLoopbackAddress(),
                                port,
                                ListenerConfig.Tls.STARTTLS,
                                1024)),
                () -> limits,
                () -> NetworksConfig.NONE,
                "mx.example.test",
                TlsContexts.none(),
                handler,
                TimeSource.system(),
                SmtpMetrics.NONE);
    }

    @AfterEach
    void stop() {
        listeners.stop(Duration.ZERO);
    }

    private TestClient connect() throws IOException {
        return TestClient.connect(listeners.boundPorts().getFirst());
    }

    @Test
    void aMessageGoesThroughTheRealSocket() throws Exception {
        listeners.start();
        try (TestClient c = connect()) {
            assertThat(c.line()).isEqualTo("220 mx.example.test ESMTP Postern");
            c.send(
                    "HELO client.test",
                    "MAIL FROM:<a@client.test>",
                    "RCPT TO:<alice@example.test>",
                    "DATA");
            assertThat(c.line()).startsWith("250 mx.example.test");
            assertThat(c.line()).startsWith("250 2.1.0");
            assertThat(c.line()).startsWith("250 2.1.5");
            assertThat(c.line()).startsWith("354 ");
            c.send("Subject: x", "", "..dot", ".", "QUIT");
            assertThat(c.line()).startsWith("250 2.0.0");
            assertThat(c.line()).startsWith("221 2.0.0");
            assertThat(c.line()).isEqualTo(TestClient.EOF);
        }
        assertThat(handler.messages).hasSize(1);
        assertThat(handler.messages.getFirst().content()).isEqualTo("Subject: x\r\n\r\n.dot\r\n");
        Awaitility.await().until(() -> listeners.connections() == 0);
        assertThat(handler.ends).containsExactly(SessionEnd.QUIT);
    }

    @Test
    void aPortInUseIsNamedWithARemedy() throws Exception {
        listeners.start();
        int port = listeners.boundPorts().getFirst();
        SmtpListeners second = listeners(port, Limits.defaults());
        assertThatThrownBy(second::start)
                .isInstanceOf(ListenerException.class)
                .hasMessageContaining("127.0.0.1:" + port)
                .hasMessageContaining("in use");
    }

    @Test
    void aStopTellsIdleSessionsAndFreesThePort() throws Exception {
        listeners.start();
        try (TestClient c = connect()) {
            assertThat(c.line()).startsWith("220 ");
            listeners.stop(Duration.ofSeconds(5));
            assertThat(c.line()).startsWith("421 4.3.2");
            assertThat(c.line()).isEqualTo(TestClient.EOF);
        }
        assertThat(handler.ends).containsExactly(SessionEnd.SHUTDOWN);
    }

    @Test
    void aStopLetsAMessageInDataFinish() throws Exception {
        listeners.start();
        try (TestClient c = connect()) {
            assertThat(c.line()).startsWith("220 ");
            c.send("HELO client.test", "MAIL FROM:<>", "RCPT TO:<alice@example.test>", "DATA");
            for (int i = 0; i < 4; i++) {
                c.line();
            }
            Thread stopper = Thread.ofVirtual().start(() -> listeners.stop(Duration.ofSeconds(10)));
            c.send("half");
            Awaitility.await()
                    .until(() -> {
                        try (Socket s =
                                new Socket(
                                        InetAddress.getLoopbackAddress(),
                                        listeners.boundPorts().getFirst())) {
                            s.setSoTimeout(1_000);
                            return s.getInputStream().read() < 0;
                        } catch (SocketTimeoutException e) {
                            return false;
                        } catch (IOException e) {
                            return true; // the listening port is closed
                        }
                    });
            c.send("other half", ".");
            assertThat(c.line()).startsWith("250 2.0.0");
            assertThat(c.line()).startsWith("421 4.3.2");
            assertThat(stopper.join(Duration.ofSeconds(20))).isTrue();
        }
        assertThat(handler.messages).hasSize(1);
    }

    @Test
    void aBurstIsHeldByTheKernelUntilItIsAccepted() throws Exception {
        List<Socket> burst = new ArrayList<>();
        try (GatewayServerSocket listening = new GatewayServerSocket(SmtpMetrics.NONE)) {
            listening.bindNow(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    ListenerConfig.DEFAULT_BACKLOG);
            for (int i = 0; i < 600; i++) { // nobody accepts; Java's own default would hold 50
                Socket s = new Socket();
                burst.add(s);
                s.connect(listening.getLocalSocketAddress(), 5_000);
            }
            assertThat(burst).allMatch(Socket::isConnected);
        } finally {
            for (Socket s : burst) {
                s.close();
            }
        }
    }
}
