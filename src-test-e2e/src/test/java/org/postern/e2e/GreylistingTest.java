package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Greylisting as senders see it, over a restart of the gateway. */
@WithPeers
class GreylistingTest {
    private static final List<String> ALICE = List.of("alice@example.test");

    private static Gateway gateway(Surroundings around, String section) {
        Gateway gateway = around.newGateway("greylisting");
        return gateway.configure(gateway.configuration() + section);
    }

    private static String send(Gateway gateway, String from, List<String> to) {
        return SmtpClient.send(gateway.smtpPort(), from, to, Message.from("x@plain.test").octets());
    }

    @Test
    void whoIsNewComesBackAndIsKnownAfterARestart(Surroundings around) throws IOException {
        try (Gateway gateway =
                gateway(
                        around,
                        """
                        greylisting: { mode: enforce, delay: 2s }
                        """)) {
            gateway.start();
            Dialogue.read(
                            Peers.ROOT.resolve(
                                    "src-test-e2e/dialogues-with-peers/greylisting-first.txt"))
                    .play(gateway.smtpPort());
            assertThat(gateway.command("status").out())
                    .contains("memory: 2 waiting, 0 known of 1000000, delay 2s");
            awaitKept(gateway, 2);
            gateway.program().kill();
            gateway.start();
            await("its time comes")
                    .atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> send(gateway, "someone@pass.test", ALICE).startsWith("250 2."));
            assertThat(gateway.get("/metrics").body())
                    .as("it was remembered over the kill: never new to the second gateway")
                    .doesNotContain("postern_greylisting_decisions_total{result=\"new\"}");
            assertThat(send(gateway, "someone@pass.test", ALICE)).startsWith("250 2.");
            gateway.program().terminate();
            gateway.start();
            assertThat(send(gateway, "someone@pass.test", ALICE)).startsWith("250 2.");
            assertThat(send(gateway, "other@pass.test", ALICE)).startsWith("451 4.7.1 Not seen");
            assertThat(gateway.get("/metrics").body())
                    .contains("postern_greylisting_decisions_total{result=\"known\"} 1")
                    .contains("postern_greylisting_decisions_total{result=\"new\"} 1");
        }
    }

    /** Waits until so many triplets are in the table or the log, which a killed gateway leaves. */
    private static void awaitKept(Gateway gateway, int triplets) {
        Path table = gateway.folder().resolve("data/greylist");
        Path log = gateway.folder().resolve("data/greylist.log");
        await(triplets + " triplets are on disk")
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> records(table, 64, 24) + records(log, 28, 28) >= triplets);
    }

    private static long records(Path file, int around, int each) throws IOException {
        return Files.exists(file) ? Math.max(0, Files.size(file) - around) / each : 0;
    }

    @Test
    void traceTellsWhoWaitedAndWhoCameBack(Surroundings around) {
        try (Gateway gateway =
                gateway(around, "greylisting: { mode: enforce, delay: 1s }\n").start()) {
            assertThat(send(gateway, "someone@plain.test", ALICE)).startsWith("451 4.7.1");
            await("its time comes")
                    .atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> send(gateway, "someone@plain.test", ALICE).startsWith("250 2."));
            await("the journal has both")
                    .atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(200))
                    .untilAsserted(() ->
                            assertThat(
                                            gateway.command(
                                                            "trace",
                                                            "--from",
                                                            "someone@plain.test",
                                                            "--story",
                                                            "--json")
                                                    .out())
                                    .contains("\"reason\":\"greylisting.new\"")
                                    .contains("\"greylisting\":[\"came-back\"]"));
        }
    }

    @Test
    void aNullSenderHearsItAfterTheContentSoThatAddressesCanBeVerified(Surroundings around) {
        try (Gateway gateway =
                gateway(around, "greylisting: { mode: enforce, delay: 2s }\n").start()) {
            try (SmtpClient client = SmtpClient.connect(gateway.smtpPort())) {
                assertThat(client.reply()).startsWith("220");
                assertThat(client.command("EHLO client.pass.test")).startsWith("250");
                assertThat(client.command("MAIL FROM:<>")).startsWith("250");
                assertThat(client.command("RCPT TO:<alice@example.test>")).startsWith("250");
                assertThat(client.command("RSET")).startsWith("250");
                assertThat(client.transaction("", ALICE, Message.from("x@plain.test").octets()))
                        .startsWith("451 4.7.1 Not seen before");
            }
            await("its time comes")
                    .atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> send(gateway, "", ALICE).startsWith("250 2."));
        }
    }

    @Test
    void listedSendersAndDomainsThatAuthenticateAreLetBy(Surroundings around) {
        try (Gateway gateway =
                gateway(around, "greylisting: { mode: enforce, domains: [pass.test] }\n")) {
            gateway.file("lists/allow.yaml", "sender-domain: [plain.test]\n").start();
            assertThat(send(gateway, "someone@pass.test", ALICE)).startsWith("250 2.");
            assertThat(send(gateway, "someone@plain.test", ALICE)).startsWith("250 2.");
            assertThat(send(gateway, "someone@none.test", ALICE)).startsWith("451 4.7.1");
        }
    }

    @Test
    void anObservedGreylistCountsAndLetsEverybodyPass(Surroundings around) {
        try (Gateway gateway = gateway(around, "greylisting: { mode: observe }\n").start()) {
            assertThat(send(gateway, "someone@plain.test", ALICE)).startsWith("250 2.");
            assertThat(gateway.get("/metrics").body())
                    .contains(
                            "postern_policy_observed_total{disposition=\"defer\",rule=\"greylisting\"}"
                                + " 1");
        }
    }
}
