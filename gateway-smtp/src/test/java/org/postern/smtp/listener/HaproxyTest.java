package org.postern.smtp.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.core.config.NetworksConfig;
import org.postern.core.net.Cidr;
import org.postern.core.net.Ip;

/** Behind a real HAProxy (Debian's), with each kind of PROXY header that it can send. */
class HaproxyTest {
    private static final Path HAPROXY = Path.of("/usr/sbin/haproxy");

    @TempDir private Path folder = Path.of(".");

    @BeforeAll
    static void needsHaproxy() {
        if (!Files.isExecutable(HAPROXY)) {
            String message = "no " + HAPROXY + "; install the Debian package haproxy";
            if ("true".equals(System.getenv("CI"))) {
                fail(message);
            }
            assumeTrue(false, message);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "send-proxy",
                "send-proxy-v2",
                "send-proxy-v2 proxy-v2-options crc32c,unique-id"
            })
    void theTrueClientIsSeenThroughHaproxy(String option) throws Exception {
        try (TestGateway gateway = TestGateway.plain()) {
            gateway.networks.set(
                    new NetworksConfig(
                            List.of(),
                            List.of(),
                            List.of(Cidr.parse("127.0.0.1/32")),
                            List.of(),
                            java.util.Map.of()));
            int front = freePort();
            Path config = folder.resolve("haproxy.cfg");
            Files.write(
                    config,
                    List.of(
                            "defaults",
                            "  mode tcp",
                            "  timeout connect 5s",
                            "  timeout client 30s",
                            "  timeout server 30s",
                            "frontend smtp",
                            "  unique-id-format %{+X}o\\ %ci:%cp_%fi:%fp_%Ts_%rt:%pid",
                            "  bind 127.0.0.1:" + front,
                            "  default_backend postern",
                            "backend postern",
                            "  server p 127.0.0.1:" + gateway.port() + " " + option));
            Process haproxy =
                    new ProcessBuilder(HAPROXY.toString(), "-db", "-f", config.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(folder.resolve("haproxy.log").toFile())
                            .start();
            try {
                converse(gateway, front);
            } finally {
                haproxy.destroy();
                assertThat(haproxy.waitFor(10, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    private static void converse(TestGateway gateway, int front) throws IOException {
        Awaitility.await().until(() -> isOpen(front));
        gateway.handler.clients.clear();
        Socket socket = new Socket();
        // another loopback address stands for a client on the internet
        socket.bind(new InetSocketAddress(Ip.parse("127.0.0.9"), 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), front));
        try (TestClient c = TestClient.on(socket)) {
            assertThat(c.line()).startsWith("220 ");
            c.send("EHLO client.test", "QUIT");
            c.reply();
            assertThat(c.line()).startsWith("221 ");
        }
        assertThat(gateway.handler.clients)
                .anySatisfy(seen -> {
                    assertThat(seen.client().getAddress()).isEqualTo(Ip.parse("127.0.0.9"));
                    assertThat(seen.local().getPort()).isEqualTo(front);
                    assertThat(seen.peer().getAddress()).isEqualTo(Ip.parse("127.0.0.1"));
                });
    }

    private static boolean isOpen(int port) {
        try (Socket s = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return s.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket s = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return s.getLocalPort();
        }
    }
}
