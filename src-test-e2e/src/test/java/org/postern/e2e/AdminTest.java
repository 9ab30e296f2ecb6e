package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the admin listener and the logs tell of mail that went through. */
@WithPeers
class AdminTest {
    private static final List<String> PROMISED =
            List.of(
                    "postern_smtp_connections",
                    "postern_smtp_sessions_total",
                    "postern_smtp_replies_total",
                    "postern_messages_total",
                    "postern_auth_results_total",
                    "postern_auth_seconds",
                    "postern_dns_queries_total",
                    "postern_recipient_lookups_total",
                    "postern_queue_messages",
                    "postern_queue_bytes",
                    "postern_delivery_attempts_total",
                    "postern_delivery_seconds",
                    "postern_spool_sync_seconds",
                    "postern_spool_disk_free_bytes",
                    "postern_spool_writable",
                    "postern_config_reload_success");

    @Test
    void theMetricsArePrometheusTextThatPromtoolCanRead(Surroundings around) {
        Message message = mail(around);
        around.dovecot().awaitMessage("alice@example.test", message.id());
        HttpResponse<String> metrics = around.gateway().get("/metrics");
        assertThat(metrics.statusCode()).isEqualTo(200);
        assertThat(PROMISED).allSatisfy(name -> assertThat(metrics.body()).contains("\n" + name));
        Program.Result promtool =
                Program.run(
                        metrics.body().getBytes(StandardCharsets.UTF_8),
                        Map.of(),
                        List.of(Peers.path("promtool"), "check", "metrics"));
        assertThat(promtool.exitCode()).as(promtool.all()).isZero();
        assertThat(promtool.err()).isBlank();
    }

    @Test
    void noAddressAndNoSenderDomainIsALabel(Surroundings around) {
        mail(around);
        assertThat(around.gateway().get("/metrics").body())
                .contains("postern_messages_total")
                .doesNotContain("someone", "pass.test", "alice");
    }

    @Test
    void healthAndReadinessNeedNoTokenAndTheApiDoes(Surroundings around) {
        assertThat(around.gateway().get("/healthz").statusCode()).isEqualTo(200);
        assertThat(around.gateway().get("/readyz").statusCode()).isEqualTo(200);
        assertThat(around.gateway().get("/api/v1/status").statusCode()).isEqualTo(401);
    }

    @Test
    void theJsonLogHasALineForEachOutcomeAndNoContent(Surroundings around) throws IOException {
        Message message = mail(around);
        around.dovecot().awaitMessage("alice@example.test", message.id());
        String log = Files.readString(around.gateway().folder().resolve("log.json"));
        assertThat(log.lines()).isNotEmpty().allSatisfy(AdminTest::isAnObject);
        assertThat(log)
                .contains("someone@pass.test", "alice@example.test")
                .doesNotContain("Good morning");
        assertThat(around.gateway().program().output())
                .doesNotContain("Good morning", "through the gate");
    }

    private static void isAnObject(String line) {
        JsonNode node = JsonMapper.shared().readTree(line);
        assertThat(node.isObject()).as(line).isTrue();
    }

    private static Message mail(Surroundings around) {
        Message message = Message.from("someone@pass.test");
        assertThat(
                        SmtpClient.send(
                                around.gateway().smtpPort(),
                                "someone@pass.test",
                                List.of("alice@example.test"),
                                message.octets()))
                .startsWith("250 2.");
        return message;
    }
}
