package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code postern doctor} against real surroundings, well and ill, with the gateway up and down. */
@WithPeers
class DoctorTest {
    private static List<JsonNode> findings(Program.Result result) {
        return result.lines().stream().map(JsonMapper.shared()::readTree).toList();
    }

    private static List<String> levels(Program.Result result, String check) {
        return findings(result).stream()
                .filter(f -> f.path("check").asString().equals(check))
                .map(f -> f.path("level").asString())
                .toList();
    }

    private static String[] doctor(String... more) {
        List<String> command =
                new java.util.ArrayList<>(List.of("doctor", "--json", "--dnsbl", "bl.test"));
        command.addAll(List.of(more));
        return command.toArray(String[]::new);
    }

    @Test
    void aRunningGatewayIsExaminedAndWhatIsWellIsSaidToBeWell(Surroundings around) {
        Program.Result result = around.gateway().command(doctor());
        assertThat(result.exitCode()).as(result.all()).isZero();
        assertThat(findings(result))
                .allSatisfy(f ->
                        assertThat(f.propertyNames())
                                .containsExactly("check", "level", "what", "why", "type"));
        for (String check :
                List.of("daemon", "config", "resolver", "mx", "downstream", "relay", "dnsbl")) {
            assertThat(levels(result, check))
                    .as(check + "\n" + result.all())
                    .isNotEmpty()
                    .containsOnly("ok");
        }
        assertThat(levels(result, "tls")).containsExactly("warning");
        assertThat(levels(result, "disk")).contains("ok");
        assertThat(result.out()).contains("refuses to relay, 6 of 6 forms", "a force takes");
    }

    @Test
    void withTheGatewayDownNothingIsClaimedThatWasNotSeen(Surroundings around) {
        try (Gateway down = around.newGateway("doctor-down")) {
            Program.Result result = down.command(doctor());
            assertThat(result.exitCode()).as(result.all()).isZero();
            assertThat(levels(result, "daemon")).containsExactly("warning");
            assertThat(levels(result, "relay")).containsExactly("not_checked");
            assertThat(levels(result, "clock")).contains("not_checked");
            assertThat(levels(result, "downstream")).containsExactly("ok");
        }
    }

    @Test
    void aDeadDownstreamAndABlockListThatRefusesAreFailures(Surroundings around) {
        try (Gateway ill = around.newGateway("doctor-ill")) {
            ill.configure(
                    ill.configuration()
                            .replaceFirst(
                                    "lmtp://127.0.0.1:\\d+", "lmtp://127.0.0.1:" + Ports.dead()));
            Program.Result result =
                    ill.command(
                            "doctor", "--only", "downstream,dnsbl", "--dnsbl", "refusing.bl.test");
            assertThat(result.exitCode()).as(result.all()).isEqualTo(1);
            assertThat(result.all())
                    .as("what it has to say it prints; no log, no stack trace")
                    .doesNotContain("DEBUG", "\tat ");
            assertThat(result.out())
                    .contains("step connect", "why:", "type: nc -vz 127.0.0.1")
                    .contains("refuses this resolver: 127.255.255.254")
                    .endsWith("0 ok, 0 not checked, 0 warning, 2 failure\n");
        }
    }

    @Test
    void aCertificateThatEndsSoonIsAFailureAndTheOneShownIsCompared(Surroundings around) {
        try (Gateway gateway = around.newGateway("doctor-tls")) {
            Certificates.ecdsa(gateway.folder(), "mx", "mx.example.test", 2);
            gateway.configure(
                    gateway.configuration()
                            + "tls: { certificates: [{ chain: mx-chain.pem, key: mx-key.pem }]"
                            + " }\n");
            gateway.start();
            Program.Result result = gateway.command("doctor", "--only", "tls,relay");
            assertThat(result.exitCode()).as(result.all()).isEqualTo(1);
            assertThat(result.out())
                    .contains("is signed by itself", "shows the certificate of")
                    .containsPattern("FAILURE +tls .*mx-chain.pem is good until");
        }
    }

    @Test
    void aResolverThatNeverAnswersDoesNotHoldTheDoctorUp(Surroundings around) throws IOException {
        try (DatagramSocket silent =
                        new DatagramSocket(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                Gateway gateway = around.newGateway("doctor-silent")) {
            gateway.configure(
                    gateway.configuration()
                            .replaceFirst(
                                    "servers: \\[.*?], timeout: 1s, tries: 2",
                                    "servers: [\"127.0.0.1:%d\"], timeout: 20s, tries: 10"
                                            .formatted(silent.getLocalPort())));
            long start = System.nanoTime();
            Program.Result result =
                    gateway.command(doctor("--timeout", "4", "--only", "resolver,mx,recipients"));
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isLessThan(Duration.ofSeconds(30));
            assertThat(levels(result, "mx")).as(result.all()).containsExactly("not_checked");
            assertThat(levels(result, "recipients")).containsExactly("ok");
        }
    }

    @Test
    void aWrongNameOrZoneIsWrongUsage(Surroundings around) {
        assertThat(around.gateway().command("doctor", "--only", "horoscope").exitCode())
                .isEqualTo(2);
        assertThat(around.gateway().command("doctor", "--timeout", "0").exitCode()).isEqualTo(2);
    }
}
