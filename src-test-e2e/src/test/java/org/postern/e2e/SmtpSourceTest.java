package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Many sessions at once, from Postfix's load generator and pipelined: each message arrives once.
 */
@WithPeers
class SmtpSourceTest {
    private static final int SESSIONS = 20;
    private static final int MESSAGES = 400;
    private static final int PIPELINES = 8;
    private static final int IN_ONE_WRITE = 50;

    @Test
    void whatManySessionsSendAtOnceArrivesOnceEach(Surroundings around) throws Exception {
        Path folder = Surroundings.newFolder("sink");
        try (SmtpSink sink = SmtpSink.start(folder);
                Gateway gateway = around.newGateway("load")) {
            gateway.configure(
                    Gateway.configuration(
                            gateway, around.dns().port(), "smtp://127.0.0.1:" + sink.port()));
            gateway.start();
            Program.Result source =
                    Program.run(
                            new byte[0],
                            Map.of(),
                            List.of(
                                    Peers.path("smtp-source"),
                                    "-c",
                                    "-s",
                                    Integer.toString(SESSIONS),
                                    "-m",
                                    Integer.toString(MESSAGES),
                                    "-l",
                                    "4096",
                                    "-f",
                                    "someone@pass.test",
                                    "-t",
                                    "alice@example.test",
                                    "127.0.0.1:" + gateway.smtpPort()));
            assertThat(source.exitCode()).as(source.all()).isZero();
            assertThat(pipelined(gateway.smtpPort())).isEqualTo(PIPELINES * IN_ONE_WRITE);
            int all = MESSAGES + PIPELINES * IN_ONE_WRITE;
            await("all messages")
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> sink.messages().size() >= all);
            assertThat(sink.messages()).hasSize(all);
            assertThat(gateway.get("/metrics").body())
                    .containsPattern(
                            "postern_smtp_sessions_total\\{outcome=\"quit\"} 4[0-9]{2}\\.0");
        } finally {
            Surroundings.delete(folder);
        }
    }

    /** Whole transactions by BDAT, all of a connection in one write; gives how many were taken. */
    private static int pipelined(int port) throws Exception {
        String body =
                "From: <someone@pass.test>\r\nSubject: pipelined\r\n\r\n"
                        + "x".repeat(4_000)
                        + "\r\n";
        String one =
                "MAIL FROM:<someone@pass.test>\r\nRCPT TO:<alice@example.test>\r\nBDAT "
                        + body.length()
                        + " LAST\r\n"
                        + body;
        byte[] whole =
                ("EHLO client.pass.test\r\n" + one.repeat(IN_ONE_WRITE) + "QUIT\r\n")
                        .getBytes(StandardCharsets.US_ASCII);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            List<Future<Integer>> counts = new ArrayList<>();
            for (int i = 0; i < PIPELINES; i++) {
                counts.add(
                        threads.submit(() -> {
                            try (SmtpClient client = SmtpClient.connect(port)) {
                                client.write(whole);
                                return (int)
                                        client.rest()
                                                .lines()
                                                .filter(l -> l.contains("queued as"))
                                                .count();
                            }
                        }));
            }
            int sum = 0;
            for (Future<Integer> count : counts) {
                sum += count.get(60, TimeUnit.SECONDS);
            }
            return sum;
        } finally {
            threads.shutdownNow();
        }
    }
}
