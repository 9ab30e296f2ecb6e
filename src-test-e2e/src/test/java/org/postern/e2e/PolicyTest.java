package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules of one's own, a database of countries, and a candidate beside the live configuration. */
@WithPeers
class PolicyTest {
    private static final Path WITH_PEERS = Path.of("dialogues-with-peers");

    /** Puts a database that MaxMind's writer has made in place, in one step as an updater does. */
    private static void countries(Gateway gateway, String name) throws IOException {
        Path fresh = gateway.folder().resolve("countries.new");
        Files.copy(Path.of("countries", name), fresh);
        Files.move(
                fresh,
                gateway.folder().resolve("countries.mmdb"),
                StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void aClientsCountryIsWhereTheDatabaseHasItAndAReplacedFileCounts(Surroundings around)
            throws IOException {
        try (Gateway gateway = around.newGateway("country")) {
            countries(gateway, "loopback-se.mmdb");
            gateway.configureSections(
                    """
                    policy:
                      country-database: countries.mmdb
                      rules:
                        - { name: not-at-home, stage: mail, when: { not: { country: [CH, se] } }, action: defer }
                        - { name: swedish, stage: data, when: { country: SE }, action: tag }
                    """);
            gateway.start();
            assertThat(send(gateway)).startsWith("250 2.");
            assertThat(gateway.command("trace", "--from", "someone@pass.test", "--story").out())
                    .contains("country: SE", "by rule swedish");
            assertThat(gateway.command("status").out()).contains("countries", "Test-Country of");

            countries(gateway, "loopback-no.mmdb"); // and no reload
            await().atMost(Duration.ofSeconds(40))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> send(gateway).startsWith("451 4.7.1"));

            Files.write(gateway.folder().resolve("countries.mmdb"), new byte[3_000]);
            Program.Result refused = gateway.command("reload");
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.all())
                    .contains("policy.country-database: ", "no MMDB file of format 2");
            assertThat(send(gateway)).startsWith("451 4.7.1");
            Program.Result check = gateway.command("check");
            assertThat(check.exitCode()).isEqualTo(1);
            assertThat(check.out()).containsPattern("postern.yaml:\\d+:\\d+: .*no MMDB file");
            assertThat(gateway.get("/metrics").body())
                    .contains("postern_country_lookups_total{result=\"known\"}");
        }
    }

    @Test
    void theCountryIsThatOfTheClientBehindABalancer(Surroundings around) throws IOException {
        try (Gateway gateway = around.newGateway("country-proxy")) {
            countries(gateway, "documentation.mmdb");
            gateway.configureSections(
                    """
                    networks: { public: [127.0.0.0/8], load-balancers: [127.0.0.0/8] }
                    policy:
                      country-database: countries.mmdb
                      rules:
                        - { name: not-at-home, stage: mail, when: { not: { country: CH } }, action: defer }
                    """);
            gateway.start();
            Dialogue.read(WITH_PEERS.resolve("country-behind-a-balancer.txt"))
                    .play(gateway.smtpPort());
            for (String client : List.of("192.0.2.7", "203.0.113.200", "10.1.2.3")) {
                try (SmtpClient session = SmtpClient.connect(gateway.smtpPort())) {
                    session.command("PROXY TCP4 " + client + " 203.0.113.25 40000 25");
                    session.command("EHLO client.plain.test");
                    assertThat(session.command("MAIL FROM:<a@plain.test>"))
                            .as(client)
                            .startsWith("250");
                }
            }
        }
    }

    @Test
    void theCountryIsThatOfWhomTheContentTellsOfBehindATrustedRelay(Surroundings around)
            throws IOException {
        try (Gateway gateway = around.newGateway("country-relay")) {
            countries(gateway, "documentation.mmdb");
            gateway.configureSections(
                    """
                    networks: { trusted-relays: [127.0.0.1/32] }
                    policy:
                      country-database: countries.mmdb
                      rules:
                        - { name: of-the-relay, stage: mail, when: { not: { country: CH } }, action: defer }
                        - { name: not-at-home, stage: data, when: { not: { country: CH } }, action: reject }
                        - { name: at-home, stage: data, when: { country: CH }, action: tag }
                    """);
            gateway.start();
            assertThat(throughRelay(gateway, "192.0.2.7")).startsWith("250 2.");
            assertThat(gateway.command("trace", "--from", "someone@plain.test", "--story").out())
                    .contains("country: CH", "by rule at-home");
            assertThat(throughRelay(gateway, "198.51.100.200"))
                    .startsWith("550 5.7.1")
                    .contains("not-at-home");
            assertThat(throughRelay(gateway, "203.0.113.200"))
                    .as("in no country of the database")
                    .startsWith("250 2.");

            gateway.file("same.yaml", gateway.configuration());
            assertThat(observe(gateway, "same.yaml").exitCode()).isZero();
            throughRelay(gateway, "192.0.2.7");
            throughRelay(gateway, "198.51.100.200");
            assertThat(gateway.command("reload", "--observed").out())
                    .as("the candidate asks about the same client")
                    .contains(" 0 would have been others");
        }
    }

    private static String throughRelay(Gateway gateway, String client) {
        Message message =
                Message.from(
                        "someone@plain.test",
                        "Received: from client.plain.test (client.plain.test ["
                                + client
                                + "])\r\n by relay.example.test with ESMTP id 1;"
                                + " Sun, 22 Nov 2026 10:00:00 +0000");
        return SmtpClient.send(
                gateway.smtpPort(),
                "someone@plain.test",
                List.of("alice@example.test"),
                message.octets());
    }

    @Test
    void aResolverThatIsAwayMeetsNoRuleAgainstWhatDoesNotPass(Surroundings around) {
        try (Gateway gateway = around.newGateway("unknown")) {
            gateway.configureSections(
                    """
                    dns: { servers: ["127.0.0.1:%d"], timeout: 200ms, tries: 1 }
                    policy:
                      rules:
                        - { name: must-pass, stage: data, when: { not: { spf: pass } }, action: reject }
                        - { name: away, stage: data, when: { spf: temperror }, action: tag }
                    """
                            .formatted(Ports.free()));
            gateway.start();
            // RFC 9989: what DMARC cannot know is deferred by its own rule where nobody else
            // decides
            assertThat(send(gateway)).doesNotStartWith("5");
        }
    }

    @Test
    void aRuleThatHasEndedIsSaidByCheckStatusAndMetrics(Surroundings around) {
        try (Gateway gateway = around.newGateway("ended")) {
            gateway.configureSections(
                    """
                    policy:
                      rules:
                        - { name: storm, stage: mail, action: reject, expires: 2020-01-01 }
                    """);
            gateway.start();
            assertThat(send(gateway)).startsWith("250 2.");
            assertThat(gateway.command("check").out())
                    .containsPattern("postern.yaml:\\d+:\\d+: warning: rule storm ended at 2020");
            assertThat(gateway.command("status").out())
                    .contains("rule", "storm: ENDED at 2020-01-02T00:00:00Z, has no effect");
            assertThat(gateway.get("/metrics").body()).contains("postern_policy_rules_ended 1.0");
        }
    }

    @Test
    void aCandidateIsAskedUnderItsOwnRulesAndChangesNothing(Surroundings around)
            throws IOException {
        try (Gateway gateway = around.newGateway("candidate")) {
            gateway.start();
            String candidate =
                    gateway.configuration()
                            .replace(
                                    "    recipients: { file: lists/recipients.yaml }",
                                    "    recipients: { file: lists/recipients.yaml }\n"
                                            + "    policy: { rules: [{ name: hold-all, stage: data,"
                                            + " action: quarantine }] }")
                            .replaceAll("(?m)^data: .*$", "data: elsewhere");
            gateway.file("a.yaml", candidate);
            gateway.file(
                    "b.yaml",
                    candidate + "policy: { rules: [{ name: no, stage: mail, action: defer }] }\n");
            gateway.file("broken.yaml", candidate.replace("hold-all", "Hold All"));
            assertThat(observe(gateway, "a.yaml").exitCode()).isZero();
            assertThat(gateway.command("lists", "add", "allow", "x@pass.test").exitCode()).isZero();
            assertThat(gateway.command("lists", "add", "deny", "foe@pass.test").exitCode())
                    .isZero();
            assertThat(send(gateway)).startsWith("250 2.");
            assertThat(send(gateway, "foe@pass.test", "alice@example.test"))
                    .startsWith("550 5.7.1");
            String observed = gateway.command("reload", "--observed").out();
            assertThat(observed)
                    .contains(
                            "1  data: accept by default -> quarantine by hold-all",
                            "to=<alice@example.test> accept (default) -> quarantine (hold-all,")
                    .doesNotContain("unknown-recipient", "deny-list ->");
            assertThat(gateway.command("status").out()).contains("candidate", "would have been");
            assertThat(Files.exists(gateway.folder().resolve("elsewhere"))).isFalse();

            Program.Result broken = observe(gateway, "broken.yaml");
            assertThat(broken.exitCode()).isEqualTo(1);
            assertThat(broken.all())
                    .containsPattern("broken.yaml:\\d+:\\d+: ")
                    .contains("Hold All");
            assertThat(gateway.command("reload", "--observed").out()).contains("a.yaml, observed");

            Files.write(gateway.folder().resolve("countries.mmdb"), new byte[3_000]);
            gateway.file(
                    "nowhere.yaml", candidate + "policy:\n  country-database: countries.mmdb\n");
            Program.Result nowhere = observe(gateway, "nowhere.yaml");
            assertThat(nowhere.exitCode()).isEqualTo(1);
            assertThat(nowhere.all())
                    .containsPattern("nowhere.yaml:\\d+:\\d+: policy.country-database: .*MMDB")
                    .contains("the one before is observed on");

            gateway.file("other.yaml", candidate + "greylisting: { mode: enforce }\n");
            assertThat(observe(gateway, "other.yaml").out())
                    .contains("Another than in force, and not compared: greylisting.");
            assertThat(gateway.command("reload", "--observed", "--json").out())
                    .contains("\"not_compared\":[\"greylisting\"]");

            assertThat(observe(gateway, "b.yaml").exitCode()).isZero();
            assertThat(send(gateway)).startsWith("250 2.");
            assertThat(gateway.command("reload", "--observed").out())
                    .contains("b.yaml, observed", "1  mail: accept by default -> defer by no")
                    .doesNotContain("a.yaml");
            assertThat(gateway.command("reload").exitCode()).isZero();
            assertThat(gateway.command("reload", "--observed").out()).contains("b.yaml, observed");

            gateway.program().terminate();
            gateway.start();
            assertThat(gateway.command("reload", "--observed").exitCode()).isEqualTo(1);
        }
    }

    @Test
    void listsOfOnesOwnAreShownTestedAndAsked(Surroundings around) {
        try (Gateway gateway = around.newGateway("named")) {
            gateway.file(
                    "lists/partners.yaml",
                    """
                    sender-domain:
                      - { entry: .pass.test, comment: by contract }
                    helo: [{ entry: old.test, expires: 2020-01-01 }]
                    """);
            gateway.configureSections(
                    """
                    lists: { deny: [lists/deny.yaml], named: { partners: lists/partners.yaml } }
                    policy:
                      rules:
                        - { name: not-yet, stage: mail, when: { list: partners }, action: defer }
                    """);
            gateway.start();
            assertThat(send(gateway)).startsWith("451 4.7.1").contains("(not-yet)");
            assertThat(gateway.command("lists", "test", "a@pass.test").out())
                    .contains(
                            "lists/partners.yaml:2: partners sender-domain .pass.test, by"
                                    + " contract");
            assertThat(gateway.command("lists", "show", "partners").out())
                    .contains("partners: 2 entries, 1 of them EXPIRED, in force from ");
            assertThat(gateway.command("lists", "show", "partner").err())
                    .contains("no list partner");
            gateway.file("lists/partners.yaml", "sender-domain: [elsewhere.test]\n");
            assertThat(gateway.command("reload").exitCode()).isZero();
            assertThat(send(gateway)).startsWith("250 2.");
        }
    }

    @Test
    void entriesThatComeAtOnceAreAllThereAndOneWithAnEndGoesByItself(Surroundings around)
            throws InterruptedException {
        try (Gateway gateway = around.newGateway("at-once").start()) {
            List<Thread> adding = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                String address = "\"a.." + i + "\"@docomo.test";
                adding.add(
                        Thread.ofVirtual()
                                .start(() -> gateway.command("lists", "add", "deny", address)));
            }
            for (Thread thread : adding) {
                assertThat(thread.join(Duration.ofSeconds(60))).isTrue();
            }
            assertThat(gateway.command("lists", "show", "deny", "--json").lines()).hasSize(4);
            assertThat(gateway.command("reload").exitCode()).isZero();
            assertThat(send(gateway, "\"a..2\"@docomo.test", "alice@example.test"))
                    .startsWith("550 5.7.1");
            gateway.command("lists", "add", "deny", "someone@pass.test", "--expires", "5s");
            assertThat(send(gateway)).startsWith("550 5.7.1");
            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> send(gateway).startsWith("250 2."));
            assertThat(gateway.command("lists", "show", "deny").out()).contains("EXPIRED");
        }
    }

    private static Program.Result observe(Gateway gateway, String file) {
        return gateway.command("reload", "--observe", gateway.folder().resolve(file).toString());
    }

    private static String send(Gateway gateway) {
        return send(gateway, "someone@pass.test", "alice@example.test");
    }

    private static String send(Gateway gateway, String from, String to) {
        return SmtpClient.send(
                gateway.smtpPort(), from, List.of(to), Message.from("someone@pass.test").octets());
    }
}
