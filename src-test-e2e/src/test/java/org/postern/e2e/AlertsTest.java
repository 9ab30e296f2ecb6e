package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An alert from its cause to a webhook and back, with a certificate that nobody renewed. */
@WithPeers
class AlertsTest {
    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(100));
    }

    @Test
    void aCertificateThatEndsIsToldToTheWebhookShownByStatusAndSaidToBeMended(Surroundings around)
            throws IOException {
        Queue<String> posted = new ConcurrentLinkedQueue<>();
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(
                "/",
                exchange -> {
                    posted.add(
                            exchange.getRequestURI().getPath()
                                    + " "
                                    + new String(
                                            exchange.getRequestBody().readAllBytes(),
                                            StandardCharsets.UTF_8));
                    exchange.sendResponseHeaders(204, -1);
                    exchange.close();
                });
        server.start();
        int port = server.getAddress().getPort();
        try (Gateway gateway = around.newGateway("alerts")) {
            Certificates.ecdsa(gateway.folder(), "mx", "mx.example.test", 1);
            gateway.file("secret-url", "http://127.0.0.1:%d/secret-place\n".formatted(port));
            gateway.configure(
                    gateway.configuration()
                            + """
                            tls: { certificates: [{ chain: mx-chain.pem, key: mx-key.pem }] }
                            alerts:
                              webhooks:
                                - { name: ops, url: { file: secret-url } }
                                - { name: phone, url: "http://127.0.0.1:%1$d/phone", format: ntfy, least: page }
                              heartbeat: { url: "http://127.0.0.1:%1$d/beat", every: 1s }
                            """
                                    .formatted(port));
            gateway.start();
            soon().until(() -> count(posted, "/secret-place") >= 2 && count(posted, "/phone") >= 1);
            List<JsonNode> told = objects(posted);
            assertThat(told)
                    .extracting(n -> n.path("alert").asString())
                    .containsExactlyInAnyOrder(
                            "PosternCertificateExpires", "PosternCertificateExpired");
            assertThat(told).allMatch(n -> n.path("host").asString().equals("mx.example.test"));
            assertThat(count(posted, "/phone")).isEqualTo(1);
            soon().until(() -> count(posted, "/beat") >= 2);
            Program.Result status = gateway.command("status");
            assertThat(status.out()).contains("  page", "PosternCertificateExpired since");
            assertThat(
                            JsonMapper.shared()
                                    .readTree(gateway.command("status", "--json").out())
                                    .path("alerts")
                                    .size())
                    .isEqualTo(2);
            assertThat(gateway.get("/metrics").body())
                    .contains("postern_alerts_active{severity=\"page\"} 1.0");

            Certificates.ecdsa(gateway.folder(), "mx", "mx.example.test", 90);
            assertThat(gateway.command("reload").exitCode()).isZero();
            soon().until(() -> count(posted, "/secret-place") >= 4);
            assertThat(objects(posted).subList(2, 4))
                    .allMatch(n -> n.path("state").asString().equals("resolved"));
            assertThat(gateway.command("status").out()).doesNotContain("PosternCertificate");
            assertThat(gateway.program().output()).doesNotContain("secret-place");
        } finally {
            server.stop(0);
        }
    }

    private static long count(Queue<String> posted, String path) {
        return posted.stream().filter(p -> p.startsWith(path + " ")).count();
    }

    private static List<JsonNode> objects(Queue<String> posted) {
        return posted.stream()
                .filter(p -> p.startsWith("/secret-place "))
                .map(p -> JsonMapper.shared().readTree(p.substring("/secret-place ".length())))
                .toList();
    }
}
