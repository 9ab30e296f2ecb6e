package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What rules in mode observe would have done, and what a refusal is told of, in the journal. */
@WithPeers
class ObservedRulesTest {
    private static final String RULES =
            """
            policy:
              rules:
                - { name: obs-c, stage: connect, action: reject, mode: observe }
                - { name: obs-h, stage: helo, action: reject, mode: observe }
                - { name: obs-m, stage: mail, action: reject, mode: observe }
                - { name: obs-r, stage: rcpt, action: reject, mode: observe }
                - { name: obs-d, stage: data, action: reject, mode: observe }
            """;

    private static String impact(Gateway gateway, String rule) {
        return gateway.command("impact", "--verdict", "observed=" + rule, "--since", "1h").out();
    }

    private static String send(SmtpClient client) {
        return client.transaction(
                "someone@pass.test",
                List.of("alice@example.test", "bob@example.test"),
                Message.from("someone@pass.test").octets());
    }

    @Test
    void theRulesOfEveryStageAreFoundByMessageEvenByTheSecondOfASession(Surroundings around) {
        try (Gateway gateway = around.newGateway("observed")) {
            gateway.configureSections(RULES);
            gateway.start();
            try (SmtpClient client = SmtpClient.greeted(gateway.smtpPort())) {
                assertThat(send(client)).startsWith("250 2.");
                assertThat(send(client)).startsWith("250 2.");
                client.command("MAIL FROM:<someone@pass.test>");
                assertThat(client.command("RCPT TO:<nobody@example.test>")).startsWith("550");
            }
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> impact(gateway, "obs-c").contains("3 messages"));
            assertThat(impact(gateway, "obs-h")).contains("3 messages");
            assertThat(impact(gateway, "obs-m")).contains("3 messages");
            assertThat(impact(gateway, "obs-d")).contains("2 messages");
            assertThat(gateway.command("trace", "--reason", "recipient.unknown", "--story").out())
                    .contains("observed only: obs-c would reject: policy.obs-c; obs-h would");
            assertThat(gateway.command("trace", "--verdict", "observed=obs-d", "--json").out())
                    .containsPattern(
                            "obs-c would [^\"]*obs-h would [^\"]*obs-m would [^\"]*"
                                    + "obs-r would reject: policy.obs-r; obs-d would reject");
        }
    }

    @Test
    void aRecipientThatIsPutOffIsNamedAndItsRulesAreNotTheOthers(Surroundings around) {
        Gateway gateway =
                around.newGateway("put-off")
                        .withStrictDomain(
                                """
                                - { name: obs-own, stage: rcpt, action: defer,
                                    mode: observe }
                                - { name: no-pass, stage: data, action: reject,
                                    when: { sender-domain: elsewhere.test } }
                                """);
        try (gateway) {
            gateway.start();
            try (SmtpClient client = SmtpClient.greeted(gateway.smtpPort())) {
                client.command("MAIL FROM:<someone@pass.test>");
                assertThat(client.command("RCPT TO:<alice@example.test>")).startsWith("250");
                assertThat(client.command("RCPT TO:<a@strict.test>"))
                        .endsWith("(per-domain-rules)");
                assertThat(client.data(Message.from("someone@pass.test").octets()))
                        .startsWith("250");
            }
            await().atMost(Duration.ofSeconds(20))
                    .until(() ->
                            gateway.command("trace", "--to", "alice@example.test")
                                    .out()
                                    .contains("accepted"));
            assertThat(gateway.command("trace", "--to", "a@strict.test", "--json").out())
                    .contains("policy.per-domain-rules", "obs-own would defer");
            assertThat(gateway.command("trace", "--to", "alice@example.test", "--json").out())
                    .doesNotContain("obs-own");
        }
    }

    @Test
    void anotherEhloIsNotDecidedByTheSenderOfTheMessageBefore(Surroundings around) {
        try (Gateway gateway = around.newGateway("second-ehlo")) {
            gateway.file("lists/partners.yaml", "sender: [someone@pass.test]\n");
            gateway.configureSections(
                    """
                    lists: { deny: [lists/deny.yaml], named: { partners: lists/partners.yaml } }
                    policy:
                      rules:
                        - { name: no-name, stage: helo, when: { list: partners }, action: reject }
                    """);
            gateway.start();
            try (SmtpClient client = SmtpClient.greeted(gateway.smtpPort())) {
                assertThat(send(client)).startsWith("250 2.");
                assertThat(client.command("EHLO client.pass.test")).startsWith("250");
                client.command("MAIL FROM:<someone@pass.test>");
                assertThat(client.command("EHLO client.pass.test")).startsWith("250");
            }
        }
    }
}
