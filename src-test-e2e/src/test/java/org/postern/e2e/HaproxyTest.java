package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Behind a real HAProxy the true client address counts, and only from there a PROXY header does.
 */
@WithPeers
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HaproxyTest {
    private static final String BALANCER = "127.0.0.9";
    private static final String CLIENT = "127.0.0.5";

    private Gateway gateway;

    @BeforeAll
    void start(Surroundings around) {
        gateway = around.newGateway("proxy");
        gateway.configure(
                gateway.configuration()
                        .replace("networks: {", "networks: { load-balancers: [" + BALANCER + "],"));
        gateway.start();
    }

    @AfterAll
    void stop() {
        gateway.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"send-proxy", "send-proxy-v2"})
    void theMessageIsJudgedByItsTrueClient(String option, Surroundings around) {
        Message message = Message.from("someone@pass.test");
        int port = Ports.free();
        try (Program haproxy = haproxy(port, option)) {
            assertThat(haproxy.alive()).isTrue();
            Swaks.Transcript session =
                    Swaks.to(port)
                            .with("--local-interface", CLIENT)
                            .send("someone@pass.test", "alice@example.test", message.octets());
            assertThat(session.accepted()).as(session.text()).isTrue();
        }
        String stored = around.dovecot().awaitMessage("alice@example.test", message.id());
        assertThat(Message.fields(stored, "Received"))
                .anyMatch(field -> field.contains("[" + CLIENT + "]"))
                .noneMatch(field -> field.contains(BALANCER));
        assertThat(Message.fields(stored, "Authentication-Results").getFirst())
                .contains("policy.iprev=" + CLIENT);
    }

    @Test
    void theGatewaysOwnCommandsIntroduceThemselvesWhereTheirMachineIsABalancer(
            Surroundings around) {
        try (Gateway own = around.newGateway("own")) {
            own.configure(
                            own.configuration()
                                    .replace(
                                            "networks: {",
                                            "networks: { load-balancers: [127.0.0.1],"))
                    .start();
            Program.Result sent = own.command("send-test", "postmaster@example.test");
            assertThat(sent.exitCode()).as(sent.all()).isZero();
            assertThat(sent.out()).contains("> PROXY UNKNOWN");
            assertThat(own.command("doctor", "--only", "relay").out())
                    .contains("refuses")
                    .contains(" 0 not checked");
        }
    }

    @Test
    void aBalancerThatSendsNoProxyHeaderIsNotServed() {
        int port = Ports.free();
        try (Program haproxy = haproxy(port, "")) {
            assertThat(haproxy.alive()).isTrue();
            Swaks.Transcript session =
                    Swaks.to(port)
                            .with("--timeout", "5")
                            .send(
                                    "someone@pass.test",
                                    "alice@example.test",
                                    Message.from("someone@pass.test").octets());
            assertThat(session.accepted()).isFalse();
        }
    }

    @Test
    void aProxyHeaderFromAnybodyElseIsNotBelieved() {
        try (SmtpClient client = SmtpClient.connect(gateway.smtpPort())) {
            assertThat(client.reply()).startsWith("220");
            assertThat(client.command("PROXY TCP4 192.0.2.1 192.0.2.2 1000 25")).startsWith("5");
        }
    }

    private Program haproxy(int port, String option) {
        Path config =
                gateway.file(
                                "haproxy-" + port + ".cfg",
                                """
                                global
                                  maxconn 100
                                defaults
                                  mode tcp
                                  timeout connect 5s
                                  timeout client 30s
                                  timeout server 30s
                                frontend in
                                  bind 127.0.0.1:%d
                                  default_backend gateway
                                backend gateway
                                  source %s
                                  server gateway 127.0.0.1:%d %s
                                """
                                        .formatted(port, BALANCER, gateway.smtpPort(), option))
                        .folder()
                        .resolve("haproxy-" + port + ".cfg");
        Program haproxy =
                Program.start(
                        gateway.folder().resolve("haproxy.log"),
                        Map.of(),
                        List.of(Peers.path("haproxy"), "-db", "-f", config.toString()));
        await("HAProxy listens")
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> !haproxy.alive() || Ports.open(port));
        return haproxy;
    }
}
