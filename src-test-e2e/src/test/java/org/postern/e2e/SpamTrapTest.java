package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Spam traps from outside: who is put on the list by one, who never is, and how it ends. */
@WithPeers
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SpamTrapTest {
    private static final String TRAP = "old.newsletter@example.test";

    private Gateway gateway;
    private Surroundings peers;

    @BeforeAll
    void start(Surroundings around) {
        peers = around;
        gateway = around.newGateway("traps");
        gateway.file(
                "lists/recipients.yaml",
                "recipients: [postmaster@example.test, alice@example.test]\nsubaddressing: '+'\n");
        gateway.file("lists/allow.yaml", "client: [127.0.9.2]\n");
        gateway.configure(configuration("20s")).start();
    }

    private String configuration(String hold) {
        return gateway.configuration()
                .replaceFirst(
                        "networks: .*",
                        "networks: { public: [127.0.0.0/8], internal: [127.0.9.3],"
                                + " trusted-relays: [127.0.9.4] }")
                .replaceFirst(
                        "reputation: .*",
                        "reputation: { spam-traps: ["
                                + TRAP
                                + "], trap-hold: "
                                + hold
                                + ", good-after-messages: 3, good-after-age: 0 }");
    }

    @AfterAll
    void stop() {
        gateway.close();
    }

    private String send(String source, String from, List<String> to, Message message) {
        try (SmtpClient client = SmtpClient.connect(source, gateway.smtpPort())) {
            String greeting = client.reply();
            if (!greeting.startsWith("220")) {
                return greeting;
            }
            assertThat(client.command("EHLO client.pass.test")).startsWith("250");
            return client.transaction(from, to, message.octets());
        }
    }

    private String send(String source, String from, String... to) {
        return send(
                source,
                from,
                List.of(to),
                Message.from(from.isEmpty() ? "mailer-daemon@plain.test" : from));
    }

    private String listed() {
        return gateway.command("lists", "show", "deny").out();
    }

    private void awaitListed(String client) {
        await(client + " is listed")
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> listed().contains(client + "/32"));
    }

    @Test
    void aTrapBesideARealRecipientListsTheClientAndTheRealOneGetsTheMessage() throws IOException {
        Message message = Message.from("someone@plain.test");
        assertThat(
                        send(
                                "127.0.8.1",
                                "someone@plain.test",
                                List.of(TRAP, "alice@example.test"),
                                message))
                .startsWith("250 2.0.0");
        peers.dovecot().awaitMessage("alice@example.test", message.id());
        awaitListed("127.0.8.1");
        assertThat(listed()).contains("spam-trap", "wrote to " + TRAP);
        await("the story says what became of the trap's copy")
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(200))
                .until(() ->
                        gateway.command("trace", "--client", "127.0.8.1", "--story")
                                .out()
                                .contains("no copy for spam trap <" + TRAP + ">"));
        Dialogue.read(Peers.ROOT.resolve("src-test-e2e/dialogues-with-peers/trap-listed.txt"))
                .play("127.0.8.1", gateway.smtpPort());
        assertThat(send("127.0.8.2", "someone@plain.test", "alice@example.test"))
                .as("another client")
                .startsWith("250 2.0.0");
        assertThat(gateway.command("lists", "remove", "deny", "127.0.8.1").exitCode()).isZero();
        assertThat(send("127.0.8.1", "someone@plain.test", "alice@example.test"))
                .as("taken back")
                .startsWith("250 2.0.0");
    }

    @Test
    void aTrapWithADetailIsTheTrapAndIsAnsweredAsAnybodyWithADetail() {
        assertThat(send("127.0.8.3", "someone@plain.test", "alice+x@example.test"))
                .startsWith("250 2.0.0");
        assertThat(send("127.0.8.3", "someone@plain.test", "Old.Newsletter+x@example.test"))
                .startsWith("250 2.0.0");
        awaitListed("127.0.8.3");
    }

    @Test
    void whatIsRefusedAfterItsContentCountsToo() {
        assertThat(
                        send(
                                "127.0.8.4",
                                "someone@plain.test",
                                List.of(TRAP),
                                Message.from("boss@reject.test")))
                .startsWith("550 5.7.1");
        awaitListed("127.0.8.4");
    }

    @Test
    void aBounceAnAllowedClientATrustedRelayAndOurOwnAreNeverListed() {
        assertThat(send("127.0.9.1", "", TRAP)).startsWith("250 2.0.0");
        for (String client : List.of("127.0.9.2", "127.0.9.3", "127.0.9.4")) {
            assertThat(send(client, "someone@plain.test", TRAP)).startsWith("250 2.0.0");
        }
        assertThat(send("127.0.8.5", "someone@plain.test", TRAP)).startsWith("250 2.0.0");
        awaitListed("127.0.8.5"); // the others came before
        assertThat(listed()).doesNotContain("127.0.9.");
        assertThat(gateway.get("/metrics").body())
                .contains("postern_reputation_traps_total{response=\"null-sender\"} 1");
    }

    @Test
    void aSenderWithAGoodHistoryIsNotListed() {
        for (int i = 0; i < 4; i++) {
            assertThat(send("127.0.7.1", "someone@pass.test", "alice@example.test"))
                    .startsWith("250 2.0.0");
        }
        assertThat(send("127.0.7.1", "someone@pass.test", TRAP)).startsWith("250 2.0.0");
        assertThat(gateway.get("/metrics").body())
                .contains("postern_reputation_traps_total{response=\"known-good\"}");
        assertThat(send("127.0.7.1", "someone@plain.test", TRAP))
                .as("a customer of the same provider, of whom nothing is known")
                .startsWith("250 2.0.0");
        assertThat(send("127.0.7.1", "someone@pass.test", "alice@example.test"))
                .startsWith("250 2.0.0");
        assertThat(send("127.0.8.7", "someone@plain.test", TRAP)).startsWith("250 2.0.0");
        awaitListed("127.0.8.7"); // the others came before
        assertThat(listed()).doesNotContain("127.0.7.1");
    }

    @Test
    void aRecipientIsNoTrapThoughTheConfigurationSaysSo() {
        try (Gateway other = peers.newGateway("trap-or-person")) {
            other.configureSections("reputation: { spam-traps: [alice@example.test] }\n").start();
            assertThat(other.command("check").all())
                    .contains("alice@example.test is a recipient (")
                    .contains("and so no trap: its mail is delivered");
            Message message = Message.from("someone@plain.test");
            assertThat(
                            SmtpClient.send(
                                    other.smtpPort(),
                                    "someone@plain.test",
                                    List.of("alice@example.test"),
                                    message.octets()))
                    .startsWith("250 2.0.0");
            peers.dovecot().awaitMessage("alice@example.test", message.id());
            assertThat(other.command("lists", "show", "deny").out()).doesNotContain("127.0.0.1");
        }
    }

    @Test
    void theEntryEndsByItself() {
        assertThat(send("127.0.8.6", "someone@plain.test", TRAP)).startsWith("250 2.0.0");
        awaitListed("127.0.8.6");
        List<String> heard = new ArrayList<>();
        await("its end")
                .atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> {
                    heard.add(send("127.0.8.6", "someone@plain.test", "alice@example.test"));
                    return heard.getLast().startsWith("250 2.0.0");
                });
        assertThat(heard.getFirst()).startsWith("421 4.7.1 Your address is on a local list until");
    }

    @Test
    void aTrapOfADomainThatIsNotOursIsAnErrorOfTheConfiguration() {
        gateway.file("wrong.yaml", configuration("1h").replace(TRAP, "old@elsewhere.example"));
        Program.Result checked =
                Program.run(
                        new byte[0],
                        Map.of(),
                        List.of(
                                Peers.ROOT.resolve("postern").toString(),
                                "check",
                                "--config",
                                gateway.folder().resolve("wrong.yaml").toString()));
        assertThat(checked.exitCode()).isEqualTo(1);
        assertThat(checked.all()).contains("old@elsewhere.example is of no domain of ours");
    }
}
