package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The commands that change a queue, as an operator types them, while the store is away. */
@WithPeers
class QueueSurgeryTest {
    private static final Pattern PLAN = Pattern.compile("plan (P[0-9A-Z]{8})");

    private static String send(Gateway gateway, Message message) {
        return SmtpClient.send(
                gateway.smtpPort(),
                "someone@pass.test",
                List.of("alice@example.test"),
                message.octets());
    }

    private static Gateway withoutStore(Surroundings around, int lmtp, String more) {
        Gateway gateway = around.newGateway("surgery");
        gateway.configure(
                Gateway.configuration(gateway, around.dns().port(), "lmtp://127.0.0.1:" + lmtp)
                        + more);
        return gateway.start();
    }

    private static String planOf(Program.Result result) {
        Matcher matcher = PLAN.matcher(result.out());
        assertThat(matcher.find()).as(result.all()).isTrue();
        return matcher.group(1);
    }

    @Test
    void aMessageGoesOutAsAFileIsDroppedAndComesBackByReinjection(Surroundings around)
            throws IOException {
        int lmtp = Ports.free();
        Path files = Surroundings.newFolder("export");
        try (Gateway gateway = withoutStore(around, lmtp, "")) {
            Message message = Message.from("someone@pass.test");
            assertThat(send(gateway, message)).startsWith("250");
            assertThat(gateway.command("queue", "summary").out())
                    .contains("example.test")
                    .contains("total");
            Program.Result exported =
                    gateway.command(
                            "queue",
                            "export",
                            "--domain",
                            "example.test",
                            "--directory",
                            files.toString());
            assertThat(exported.out()).contains("1 file in");
            Path file;
            try (var all = Files.list(files)) {
                file = all.findFirst().orElseThrow();
            }
            assertThat(Files.readString(file))
                    .startsWith("X-Postern-Export: 1 id=")
                    .contains("X-Postern-Export-To: <alice@example.test>")
                    .contains(message.id());
            assertThat(gateway.command("queue", "reinject", file.toString()).exitCode())
                    .isEqualTo(1);
            String plan =
                    planOf(
                            gateway.command(
                                    "queue", "drop", "--domain", "example.test", "--why", "test"));
            assertThat(gateway.command("queue", "drop", "--apply", plan).out())
                    .contains("1 changed");
            assertThat(gateway.command("queue", "reinject", file.toString()).out())
                    .contains("queued as");
            try (DovecotServer store = DovecotServer.start(files.resolve("store"), lmtp)) {
                assertThat(gateway.command("queue", "retry", "--domain", "example.test").exitCode())
                        .isZero();
                assertThat(store.awaitMessages("alice@example.test", message.id())).hasSize(1);
            }
            assertThat(gateway.program().output())
                    .contains("what=drop")
                    .contains("what=reinject")
                    .contains("why=test");
        } finally {
            Surroundings.delete(files);
        }
    }

    @Test
    void aPausedDownstreamIsShownWithItsReasonAndOutlastsARestart(Surroundings around) {
        int lmtp = around.dovecot().lmtpPort();
        String name = "lmtp://127.0.0.1:" + lmtp;
        Gateway gateway = withoutStore(around, lmtp, "");
        try {
            Program.Result paused =
                    gateway.command(
                            "downstreams", "pause", name, "--for", "2h", "--why", "disk swap");
            assertThat(paused.out()).contains("is paused for");
            Message message = Message.from("someone@pass.test");
            assertThat(send(gateway, message)).startsWith("250");
            assertThat(gateway.command("downstreams", "list").out()).contains("disk swap");
            assertThat(gateway.command("status").out()).contains("paused").contains("disk swap");
            gateway.program().terminate();
            gateway.start();
            assertThat(gateway.command("downstreams", "list").out()).contains("disk swap");
            assertThat(gateway.command("queue", "list").out()).contains("alice@example.test");
            assertThat(gateway.command("downstreams", "resume", name).exitCode()).isZero();
            around.dovecot().awaitMessage("alice@example.test", message.id());
        } finally {
            gateway.close();
        }
    }

    @Test
    void aDomainThatHasItsQuotaGets452ForItselfAlone(Surroundings around) {
        try (Gateway gateway = around.newGateway("quota")) {
            String configuration =
                    Gateway.configuration(
                            gateway, around.dns().port(), "lmtp://127.0.0.1:" + Ports.free());
            gateway.configure(
                    configuration.replace(
                            "    downstream:", "    quota: { messages: 2 }\n    downstream:"));
            gateway.start();
            for (int i = 0; i < 2; i++) {
                assertThat(send(gateway, Message.from("someone@pass.test"))).startsWith("250");
            }
            assertThat(send(gateway, Message.from("someone@pass.test")))
                    .startsWith("452 4.2.2 Too much mail waits for example.test");
            await("the metrics tell how much waits")
                    .atMost(Duration.ofSeconds(20))
                    .until(() ->
                            gateway.get("/metrics")
                                    .body()
                                    .contains("postern_queue_top_sender_share 1.0"));
            assertThat(gateway.get("/metrics").body())
                    .contains("postern_queue_oldest_age_seconds{downstream=\"notices\"}");
        }
    }
}
