package org.postern.smtp.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.postern.core.config.Limits;
import org.postern.core.config.ListenerConfig.Tls;
import org.postern.smtp.NamedLimit;
import org.postern.smtp.SessionEnd;
import org.postern.smtp.tls.TestCertificates;
import org.postern.smtp.tls.TlsContexts;

/** Clients that use TLS itself to stay, or to make us work. */
class TlsPatienceTest {
    /** A socket that sends as any other until it is told to drip. */
    private static final class DrippingSocket extends Socket {
        private volatile boolean drips;
        private volatile Duration pause = Duration.ofMillis(100);

        @Override
        public OutputStream getOutputStream() throws IOException {
            return new FilterOutputStream(super.getOutputStream()) {
                @Override
                public void write(byte[] block, int offset, int length) throws IOException {
                    if (!drips) {
                        out.write(block, offset, length);
                        return;
                    }
                    for (int i = offset; i < offset + length; i++) {
                        out.write(block[i]);
                        LockSupport.parkNanos(pause.toNanos());
                    }
                }
            };
        }
    }

    private static TestGateway gateway() throws Exception {
        TestGateway gateway =
                TestGateway.tls(
                        Tls.IMPLICIT, TlsContexts.load(TestCertificates.config("ec", "rsa")));
        gateway.limits.set(
                Limits.defaults().toBuilder().commandTimeout(Duration.ofSeconds(1)).build());
        return gateway;
    }

    private static SSLSocket secure(Socket plain, int port, String version) throws Exception {
        SSLContext context = TestCertificates.trustingAny();
        plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        SSLSocket secure =
                (SSLSocket) context.getSocketFactory().createSocket(plain, "127.0.0.1", port, true);
        secure.setEnabledProtocols(new String[] {version});
        secure.setSoTimeout(20_000);
        secure.startHandshake();
        return secure;
    }

    private static void awaitCut(TestGateway gateway) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(8))
                .until(() -> gateway.counts.ends(SessionEnd.TIMEOUT) == 1);
        assertThat(gateway.counts.hits(NamedLimit.COMMAND_TIMEOUT)).isEqualTo(1);
    }

    @Test
    void aClientThatDripsARecordIsCutAtTheCommandTimeout() throws Exception {
        try (TestGateway gateway = gateway();
                DrippingSocket plain = new DrippingSocket()) {
            SSLSocket s = secure(plain, gateway.port(), "TLSv1.3");
            byte[] noops = "NOOP\r\n".repeat(100).getBytes(StandardCharsets.US_ASCII);
            plain.drips = true;
            Thread drip =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    s.getOutputStream().write(noops);
                                } catch (IOException e) {
                                    Thread.currentThread().interrupt(); // cut off, as it should be
                                }
                            });
            awaitCut(gateway);
            assertThat(drip.join(Duration.ofSeconds(20))).isTrue();
        }
    }

    @Test
    void aClientThatAsksForNewKeysAgainAndAgainIsCutAtTheCommandTimeout() throws Exception {
        try (TestGateway gateway = gateway();
                Socket plain = new Socket()) {
            SSLSocket s = secure(plain, gateway.port(), "TLSv1.3");
            Thread asking =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    while (true) {
                                        s.startHandshake(); // RFC 8446, 4.6.3: KeyUpdate
                                    }
                                } catch (IOException e) {
                                    Thread.currentThread().interrupt(); // cut off, as it should be
                                }
                            });
            awaitCut(gateway);
            assertThat(asking.join(Duration.ofSeconds(20))).isTrue();
        }
    }

    @Test
    void aClientMayNotRenegotiate() throws Exception {
        try (TestGateway gateway = gateway();
                Socket plain = new Socket();
                SSLSocket s = secure(plain, gateway.port(), "TLSv1.2")) {
            assertThatThrownBy(
                            () -> {
                                s.startHandshake();
                                byte[] greeting = s.getInputStream().readNBytes(1_000);
                                throw new AssertionError("still here: " + greeting.length);
                            })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void theLastReplyReachesAClientThatSentMoreThanWasRead() throws Exception {
        for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
            try (TestGateway gateway = gateway();
                    Socket plain = new Socket();
                    SSLSocket s = secure(plain, gateway.port(), version);
                    TestClient c = TestClient.on(s)) {
                assertThat(c.line()).startsWith("220 ");
                c.send("QUIT", "NOOP\r\n".repeat(20_000));
                assertThat(c.line()).as(version).startsWith("221 ");
                assertThat(c.line()).as(version).isEqualTo(TestClient.EOF);
            }
        }
    }

    @Test
    void aSlowLineBehindAMessageHasTheTimeOfACommand() throws Exception {
        try (TestGateway gateway = gateway();
                DrippingSocket plain = new DrippingSocket()) {
            gateway.limits.set(
                    Limits.defaults().toBuilder().commandTimeout(Duration.ofSeconds(20)).build());
            SSLSocket s = secure(plain, gateway.port(), "TLSv1.3");
            try (TestClient c = TestClient.on(s)) {
                assertThat(c.line()).startsWith("220 ");
                c.send(
                        "HELO client.test",
                        "MAIL FROM:<a@client.test>",
                        "RCPT TO:<alice@example.test>",
                        "DATA",
                        ("x".repeat(70) + "\r\n").repeat(1_000) + ".");
                for (String code : new String[] {"250", "250", "250", "354", "250"}) {
                    assertThat(c.line()).startsWith(code);
                }
                plain.pause = Duration.ofMillis(15);
                plain.drips = true;
                c.send("NOOP with a record of some eighty octets, which take more than a second");
                assertThat(c.line()).startsWith("250 2.0.0 OK");
            }
        }
    }
}
