package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;

/** Harvesters, backscatter, good history and spam traps, in sessions as they come. */
@WithPeers
class ReputationTest {
    private static Gateway gateway(Surroundings around, String name, String reputation) {
        Gateway gateway = around.newGateway(name);
        return gateway.configure(
                gateway.configuration()
                        .replace("limits: {", "limits: { unknown-recipients: 0,")
                        .replaceFirst(
                                "reputation: .*",
                                Matcher.quoteReplacement("reputation: " + reputation)));
    }

    private static String rcpts(Gateway gateway, String from, int count) {
        try (SmtpClient client = SmtpClient.connect(gateway.smtpPort())) {
            String greeting = client.reply();
            if (!greeting.startsWith("220")) {
                return greeting;
            }
            client.command("EHLO client.pass.test");
            client.command("MAIL FROM:<" + from + ">");
            String last = "";
            for (int i = 0; i < count && !last.startsWith("421"); i++) {
                last = client.command("RCPT TO:<nobody" + i + "@example.test>");
            }
            return last;
        }
    }

    private static String send(Gateway gateway, String to) {
        return SmtpClient.send(
                gateway.smtpPort(),
                "someone@pass.test",
                List.of(to),
                Message.from("someone@pass.test").octets());
    }

    @Test
    void aHarvesterIsSlowedThenHungUpOnThenKeptOutOverARestartUntilItIsLetIn(Surroundings around) {
        try (Gateway gateway =
                gateway(
                        around,
                        "harvest",
                        "{ slow-after: 3, slow-by: 100ms, hang-up-after: 6, ban-after: 9 }")) {
            gateway.start();
            assertThat(rcpts(gateway, "someone@pass.test", 5)).startsWith("550 5.1.1");
            assertThat(rcpts(gateway, "someone@pass.test", 1))
                    .startsWith("421 4.7.0")
                    .endsWith("(harvest)");
            rcpts(gateway, "someone@pass.test", 1);
            rcpts(gateway, "someone@pass.test", 1);
            assertThat(rcpts(gateway, "someone@pass.test", 1)).startsWith("421 4.7.0");
            assertThat(rcpts(gateway, "someone@pass.test", 1))
                    .startsWith("421 4.7.0")
                    .contains("try again after ", "(harvest-ban)");
            gateway.program().terminate();
            gateway.start();
            assertThat(rcpts(gateway, "someone@pass.test", 1)).contains("(harvest-ban)");
            assertThat(gateway.command("lists", "show").out())
                    .contains("ban   client", "127.0.0.1/32, another ", "9 unknown recipients");
            assertThat(gateway.command("lists", "remove", "ban", "127.0.0.1").out())
                    .contains("is let in again");
            assertThat(send(gateway, "alice@example.test")).startsWith("250 2.");
            assertThat(gateway.get("/metrics").body())
                    .contains(
                            "postern_messages_total{disposition=\"deferred\",reason=\"reputation.banned\"}");
        }
    }

    @Test
    void bouncesOfAForgedSenderAreRefusedAndKeepNobodyOut(Surroundings around) {
        try (Gateway gateway =
                gateway(
                        around,
                        "backscatter",
                        "{ slow-after: 1, slow-by: 5s, hang-up-after: 2, ban-after: 3 }")) {
            gateway.start();
            assertThat(rcpts(gateway, "", 40)).startsWith("550 5.1.1");
            assertThat(send(gateway, "alice@example.test")).startsWith("250 2.");
            assertThat(gateway.get("/metrics").body())
                    .contains(
                            "postern_reputation_unknown_recipients_total{response=\"null-sender\"}"
                                    + " 40.0");
        }
    }

    @Test
    void aClientWithAGoodHistoryIsSlowedAndNeverKeptOut(Surroundings around) throws IOException {
        try (Gateway gateway =
                gateway(
                        around,
                        "good",
                        "{ slow-after: 2, slow-by: 10ms, hang-up-after: 3, ban-after: 4,"
                                + " good-after-messages: 3, good-after-age: 0 }")) {
            gateway.start();
            for (int i = 0; i < 3; i++) {
                assertThat(send(gateway, "alice@example.test")).startsWith("250 2.");
            }
            assertThat(rcpts(gateway, "someone@pass.test", 30)).startsWith("550 5.1.1");
            gateway.program().terminate();
            assertThat(Files.readString(gateway.folder().resolve("data/reputation/history.tsv")))
                    .startsWith("127.0.0.0/24\tpass.test\t");
            gateway.start();
            assertThat(rcpts(gateway, "someone@pass.test", 30)).startsWith("550 5.1.1");
            assertThat(gateway.get("/metrics").body()).contains("response=\"slow-known-good\"");
        }
    }

    @Test
    void whoWritesToASpamTrapIsListedForAWhileAndTheMessageGoesToTheTrash(Surroundings around) {
        try (Gateway gateway =
                gateway(
                        around,
                        "trap",
                        "{ spam-traps: [old.newsletter@example.test], trap-hold: 2h }")) {
            gateway.start();
            assertThat(send(gateway, "old.newsletter@example.test")).startsWith("250 2.");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> gateway.command("lists", "show").out().contains("spam-trap"));
            assertThat(send(gateway, "alice@example.test"))
                    .startsWith("421 4.7.1 Your address is on a local list until 2")
                    .endsWith("(deny-list)");
            String listed = gateway.command("lists", "show", "deny", "--json").out();
            assertThat(listed).contains("wrote to old.newsletter@example.test");
            String until = listed.replaceFirst("(?s).*\"expires\":\"([^\"]+)\".*", "$1");
            assertThat(Instant.parse(until))
                    .isBetween(
                            Instant.now().plus(Duration.ofMinutes(110)),
                            Instant.now().plus(Duration.ofMinutes(121)));
            assertThat(gateway.command("queue", "list", "--state", "trash").out())
                    .contains("old.newsletter@example.test");
            assertThat(gateway.command("queue", "list").out()).contains("the queue is empty");
            assertThat(gateway.command("lists", "remove", "deny", "127.0.0.1").exitCode()).isZero();
            assertThat(send(gateway, "alice@example.test")).startsWith("250 2.");
        }
    }

    @Test
    void aSenderThatSendsFarMoreThanEverIsHeldAndLetGoByItself(Surroundings around) {
        try (Gateway gateway =
                gateway(
                        around,
                        "anomaly",
                        "{ anomaly-messages: 3, anomaly-factor: 2, anomaly-after: 0,"
                                + " anomaly-hold: 8s }")) {
            gateway.start();
            for (int i = 0; i < 4; i++) {
                assertThat(send(gateway, "alice@example.test")).startsWith("250 2.");
            }
            assertThat(gateway.command("queue", "list", "--state", "held", "--json").lines())
                    .singleElement()
                    .asString()
                    .contains("anomalous-sender");
            assertThat(gateway.get("/metrics").body()).contains("postern_reputation_anomalies 1.0");
            await().atMost(Duration.ofSeconds(40))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() ->
                            gateway.command("queue", "list").out().contains("the queue is empty"));
            gateway.awaitConsole("are let go: their time is over");
        }
    }

    @Test
    void aDomainWithRulesAboutTheMessageGetsATransactionOfItsOwn(Surroundings around) {
        Gateway gateway =
                around.newGateway("own-rules")
                        .withStrictDomain(
                                """
                                - { name: no-pass, stage: data, action: reject,
                                    when: { sender-domain: pass.test } }
                                """);
        try (gateway) {
            gateway.start();
            try (SmtpClient client = SmtpClient.connect(gateway.smtpPort())) {
                client.reply();
                client.command("EHLO client.pass.test");
                client.command("MAIL FROM:<someone@pass.test>");
                assertThat(client.command("RCPT TO:<alice@example.test>")).startsWith("250");
                assertThat(client.command("RCPT TO:<a@strict.test>"))
                        .startsWith("452 4.5.3")
                        .endsWith("(per-domain-rules)");
                assertThat(client.command("RCPT TO:<bob@example.test>")).startsWith("250");
            }
            assertThat(send(gateway, "alice@example.test")).startsWith("250 2.");
            assertThat(send(gateway, "a@strict.test")).startsWith("550 5.7.1").contains("no-pass");
        }
    }

    @Test
    void aCandidateConfigurationIsAskedBesideTheLiveOneAndDecidesNothing(Surroundings around) {
        try (Gateway gateway = gateway(around, "candidate", "{ }")) {
            gateway.start();
            gateway.file(
                    "candidate.yaml",
                    gateway.configuration().replace("lists/recipients.yaml", "lists/candidate.yaml")
                            + """
                            policy:
                              rules:
                                - { name: no-pass, stage: data, when: { sender-domain: pass.test },
                                    action: reject }
                            """);
            gateway.file("lists/candidate.yaml", "[postmaster@example.test, alice@example.test]\n");
            Program.Result begun =
                    gateway.command(
                            "reload",
                            "--observe",
                            gateway.folder().resolve("candidate.yaml").toString());
            assertThat(begun.exitCode()).as(begun.all()).isZero();
            assertThat(send(gateway, "alice@example.test")).startsWith("250 2.");
            assertThat(send(gateway, "bob@example.test")).startsWith("250 2.");
            Program.Result seen = gateway.command("reload", "--observed");
            assertThat(seen.out())
                    .contains(
                            "1  data: accept by default -> reject by no-pass",
                            "1  rcpt: accept by default -> reject by unknown-recipient",
                            "to=<bob@example.test> accept (default) -> reject (unknown-recipient");
            assertThat(gateway.command("reload", "--observed", "--json").out())
                    .contains("\"disagreements\":{");
            assertThat(gateway.get("/metrics").body())
                    .contains("postern_policy_candidate_disagreements_total");
            assertThat(gateway.command("reload", "--observe-end").exitCode()).isZero();
            assertThat(gateway.command("reload", "--observed").exitCode()).isEqualTo(1);
            gateway.file("candidate.yaml", "hostname: 7\n");
            Program.Result broken =
                    gateway.command(
                            "reload",
                            "--observe",
                            gateway.folder().resolve("candidate.yaml").toString());
            assertThat(broken.exitCode()).isEqualTo(1);
            assertThat(broken.all()).contains("candidate.yaml:1:11: hostname must be a domain");
        }
    }
}
