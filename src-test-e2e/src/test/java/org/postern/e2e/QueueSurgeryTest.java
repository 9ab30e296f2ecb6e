package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The commands that change a queue, as an operator types them, while the store is away. */
@WithPeers
class QueueSurgeryTest {
    private static final Pattern PLAN = Pattern.compile("plan (P[0-9A-Z]{8})");

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
            assertThat(SmtpClient.send(gateway, message)).startsWith("250");
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
            assertThat(SmtpClient.send(gateway, message)).startsWith("250");
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

    /** Fills a queue whose store is away, and keeps other mail flowing until it is closed. */
    private static void fill(Gateway gateway, int count) {
        List<String> senders = List.of("news@pass.test", "ann@pass.test", "bob@pass.test");
        try (SmtpClient client = SmtpClient.greeted(gateway.smtpPort())) {
            for (int i = 0; i < count; i++) {
                String from = senders.get(i % senders.size());
                assertThat(
                                client.transaction(
                                        from,
                                        List.of("alice@example.test"),
                                        Message.from(from).octets()))
                        .startsWith("250");
            }
        }
    }

    private static long count(Gateway gateway, String... selection) {
        List<String> command = new ArrayList<>(List.of("queue", "list", "--json"));
        command.addAll(List.of(selection));
        return gateway.command(command.toArray(String[]::new)).lines().size();
    }

    @Test
    void twoThousandMessagesAreHeldDroppedAndBroughtBackWhileMailFlows(Surroundings around)
            throws Exception {
        try (Gateway gateway = withoutStore(around, Ports.dead(), "")) {
            fill(gateway, 2_001);
            AtomicBoolean over = new AtomicBoolean();
            Message flowing = Message.from("flow@pass.test");
            AtomicInteger flowed = new AtomicInteger();
            Thread flow =
                    Thread.ofVirtual()
                            .start(() -> {
                                while (!over.get()) {
                                    assertThat(
                                                    SmtpClient.send(
                                                            gateway.smtpPort(),
                                                            "flow@pass.test",
                                                            List.of("bob@example.test"),
                                                            flowing.octets()))
                                            .startsWith("250");
                                    flowed.incrementAndGet();
                                }
                            });
            String[] news = {"--from", "news@pass.test"};
            Program.Result planned = gateway.command("queue", "hold", news[0], news[1]);
            assertThat(planned.out()).contains("hold 667 entries", "… and 657 more");
            assertThat(count(gateway, "--state", "held")).as("nothing is changed yet").isZero();
            Program.Result misspelt = gateway.command("queue", "list", "--verdict", "dmarc=fial");
            assertThat(misspelt.exitCode()).isEqualTo(2);
            assertThat(misspelt.err()).contains("did you mean dmarc=fail?");
            String hold = planOf(planned);
            Program.Result wrong = gateway.command("queue", "drop", "--apply", hold);
            assertThat(wrong.exitCode()).isEqualTo(1);
            assertThat(wrong.err()).contains("is a plan to hold, not to drop");
            assertThat(gateway.command("queue", "hold", "--apply", hold).out())
                    .contains("667 changed, 0 gone");
            assertThat(gateway.command("queue", "hold", "--apply", hold).out())
                    .contains("0 changed, 667 gone or changed");
            assertThat(count(gateway, "--state", "held")).isEqualTo(667);

            String drop =
                    planOf(gateway.command("queue", "drop", "--state", "held", "--why", "spam"));
            assertThat(gateway.command("queue", "drop", "--apply", drop).out())
                    .contains("667 changed");
            assertThat(count(gateway, news)).isZero();
            assertThat(count(gateway, "--state", "trash")).isEqualTo(667);
            assertThat(gateway.command("queue", "undo", drop).out()).contains("667 changed");
            assertThat(count(gateway, "--state", "held")).isEqualTo(667);

            String release = planOf(gateway.command("queue", "release", "--state", "held"));
            assertThat(gateway.command("queue", "release", "--apply", release).out())
                    .contains("667 changed");
            assertThat(gateway.command("queue", "retry", "--domain", "example.test").out())
                    .contains("due now");
            assertThat(gateway.command("queue", "hold", "--from", "nobody@pass.test").out())
                    .contains("hold 0 entries")
                    .contains("there is nothing to change")
                    .doesNotContain("--apply");
            over.set(true);
            assertThat(flow.join(Duration.ofSeconds(60))).isTrue();
            assertThat(flowed).hasPositiveValue();
            assertThat(count(gateway))
                    .as("nothing lost, nothing twice")
                    .isEqualTo(2_001L + flowed.get());
        }
    }

    @Test
    void oneEntryIsShownWithItsStoryAndAsItGoesOut(Surroundings around) {
        try (Gateway gateway = withoutStore(around, Ports.dead(), "")) {
            Message message = Message.from("someone@pass.test");
            String id =
                    SmtpClient.send(gateway, message)
                            .replaceFirst("(?s).*queued as (\\w+).*", "$1");
            await("an attempt was made")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> gateway.command("queue", "show", id).out().contains("refused"));
            String hold = planOf(gateway.command("queue", "hold", "--id", id, "--why", "a look"));
            gateway.command("queue", "hold", "--apply", hold);
            await("the journal, which gathers for a moment, has it")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> gateway.command("queue", "show", id).out().contains("by plan"));
            assertThat(gateway.command("queue", "show", id).out())
                    .contains("id         " + id)
                    .contains("state      held: " + hold + ": a look")
                    .containsPattern("changed by \\S")
                    .contains("what happened")
                    .contains("accepted as " + id)
                    .contains("hold by plan " + hold)
                    .contains("Subject: through the gate")
                    .doesNotContain("Good morning.");
            assertThat(gateway.command("queue", "show", id, "--raw").out())
                    .startsWith("Received: ")
                    .contains("Authentication-Results: mx.example.test")
                    .endsWith(message.text());
            assertThat(gateway.command("queue", "show", id, "--received").out())
                    .isEqualTo(message.text());
            Program.Result less =
                    Program.run(
                            new byte[0],
                            Map.of(),
                            List.of(
                                    "bash",
                                    "-c",
                                    Peers.ROOT.resolve("postern")
                                            + " queue show --raw "
                                            + id
                                            + " --config "
                                            + gateway.config()
                                            + " | head -1; exit ${PIPESTATUS[0]}"));
            assertThat(less.err()).as("a reader that goes is no trouble").isEmpty();
            Program.Result missing = gateway.command("queue", "reinject", "/nonexistent.eml");
            assertThat(missing.exitCode()).isEqualTo(1);
            assertThat(missing.err()).contains("/nonexistent.eml: there is no such file");
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
                assertThat(SmtpClient.send(gateway, Message.from("someone@pass.test")))
                        .startsWith("250");
            }
            assertThat(SmtpClient.send(gateway, Message.from("someone@pass.test")))
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

    @Test
    void aRecipientRefusedForItsDomainsQuotaIsNoneOfTheMessage(Surroundings around) {
        try (Gateway gateway = around.newGateway("quota-order")) {
            String store = "lmtp://127.0.0.1:" + Ports.free();
            gateway.configure(
                    Gateway.configuration(gateway, around.dns().port(), store)
                            .replace(
                                    "    downstream:",
                                    """
                                        quota: { messages: 1 }
                                        policy: { rules: [{ name: of-it, stage: data, action: tag }] }
                                        downstream:\
                                    """)
                            .replaceFirst(
                                    "(?m)^domains:$",
                                    "domains:\n  other.test: { recipients: { static:"
                                            + " [bob@other.test, postmaster@other.test] },"
                                            + " downstream: \""
                                            + store
                                            + "\" }"));
            gateway.start();
            assertThat(SmtpClient.send(gateway, Message.from("someone@pass.test")))
                    .startsWith("250");
            try (SmtpClient client = SmtpClient.connect(gateway.smtpPort())) {
                client.reply();
                client.command("EHLO client.pass.test");
                client.command("MAIL FROM:<someone@pass.test>");
                assertThat(client.command("RCPT TO:<alice@example.test>")).startsWith("452 4.2.2");
                // with alice's rules at data bob would be sent to a transaction of his own, for
                // ever
                assertThat(client.command("RCPT TO:<bob@other.test>")).startsWith("250");
                assertThat(client.command("RSET")).startsWith("250");
            }
        }
    }
}
