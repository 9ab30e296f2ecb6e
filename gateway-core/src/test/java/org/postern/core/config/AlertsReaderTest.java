package org.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.config.AlertsConfig.Format;
import org.postern.core.config.AlertsConfig.Severity;

class AlertsReaderTest {
    @TempDir Path folder;

    private AlertsConfig good(String alerts) throws IOException {
        return SampleConfig.good(folder, alerts).alerts();
    }

    private String bad(String alerts) throws IOException {
        return SampleConfig.bad(folder, alerts).toString();
    }

    @Test
    void withoutTheSectionNobodyIsTold() throws IOException {
        assertThat(good("")).isEqualTo(AlertsConfig.NONE);
    }

    @Test
    void aWebhookSaysWhereHowAndFromWhichSeverityOn() throws IOException {
        Files.writeString(folder.resolve("url"), "https://hooks.example.test/secret\n");
        AlertsConfig alerts =
                good(
                        """
                        alerts:
                          repeat: 1h
                          webhooks:
                            - { name: ops, url: { file: url }, format: slack, least: page }
                            - { name: phone, url: "https://ntfy.example.test/mx", format: ntfy,
                                token: { env: NTFY_TOKEN } }
                          heartbeat: { url: "https://dead.example.test/ping", every: 30s }
                        """);
        assertThat(alerts.repeat()).isEqualTo(Duration.ofHours(1));
        AlertsConfig.Webhook ops = alerts.webhooks().getFirst();
        assertThat(ops.url().read()).isEqualTo("https://hooks.example.test/secret");
        assertThat(ops.format()).isEqualTo(Format.SLACK);
        assertThat(ops.least()).isEqualTo(Severity.PAGE);
        assertThat(alerts.webhooks().getLast().token())
                .isEqualTo(new Secret.OfEnvironment("NTFY_TOKEN"));
        assertThat(alerts.toString()).doesNotContain("hooks.example.test/secret");
        assertThat(alerts.heartbeat())
                .isEqualTo(
                        new AlertsConfig.Heartbeat(
                                new Secret.Literal("https://dead.example.test/ping"),
                                Duration.ofSeconds(30)));
    }

    @Test
    void whatCannotBePostedToIsSaidWithItsPlace() throws IOException {
        assertThat(bad("alerts: { webhooks: [{ name: ops, url: 'mailto:me@example.test' }] }"))
                .contains(
                        "postern.yaml:8:", "alerts.webhooks[].url must be an https:// or http://");
        assertThat(bad("alerts: { webhooks: [{ name: ops }] }")).contains("url is missing");
        assertThat(
                        bad(
                                """
                                alerts:
                                  webhooks:
                                    - { name: ops, url: "http://a.test/" }
                                    - { name: ops, url: "http://b.test/" }
                                """))
                .contains("stands twice");
        assertThat(bad("alerts: { heartbeat: { url: 'http://a.test/', every: 10ms } }"))
                .contains("must be 1s or longer");
        assertThat(bad("alerts: { webhook: [] }")).contains("did you mean webhooks?");
    }
}
