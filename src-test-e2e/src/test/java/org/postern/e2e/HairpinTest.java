package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The hairpin morning from its start to its end. The company's own mail suddenly comes from an
 * address of the balancer, SPF cannot be checked, and a rule holds what cannot be checked. The
 * alarm names the cause, in the gateway's own alerts and in a real Prometheus that scrapes it;
 * impact names the victims, replay what a mended configuration would do; the held mail goes out,
 * and everybody is told.
 */
@WithPeers
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HairpinTest {
    private static final int TO_ALICE = 9;
    private static final int TO_BOB = 4;
    private static final String TRUE_CLIENT =
            "Received: from desk.company.test (desk.company.test [192.0.2.25])\r\n"
                    + "\tby balancer.company.test with ESMTP; Sun, 22 Nov 2026 08:00:00 +0000";
    private static final Path TRANSCRIPT = Path.of("target/hairpin-morning.txt");
    private static final Pattern PLAN = Pattern.compile("plan ([PN][0-9A-Z]{8})");

    private final List<Message> sent = new ArrayList<>();
    private Gateway gateway;
    private Surroundings around;
    private PrometheusServer prometheus;

    @BeforeAll
    void morning(Surroundings surroundings) throws java.io.IOException {
        java.nio.file.Files.deleteIfExists(TRANSCRIPT);
        around = surroundings;
        gateway = surroundings.newGateway("hairpin");
        gateway.configure(
                gateway.configuration()
                        .replace("networks: { public: [127.0.0.0/8] }\n", "")
                        .replace(
                                "domains:\n",
                                """
                                policy:
                                  rules:
                                    - name: hold-unchecked
                                      stage: data
                                      when: { author-domain: company.test, dmarc: temperror }
                                      action: quarantine
                                domains:
                                  company.test:
                                    recipients: { static: [ann@company.test, postmaster@company.test] }
                                    downstream: lmtp://127.0.0.1:%d
                                """
                                        .formatted(surroundings.dovecot().lmtpPort())));
        gateway.start();
        prometheus = PrometheusServer.watching(gateway);
        for (int i = 0; i < TO_ALICE + TO_BOB; i++) {
            Message message = Message.from("ann@company.test", TRUE_CLIENT);
            String to = i < TO_ALICE ? "alice@example.test" : "bob@example.test";
            assertThat(
                            SmtpClient.send(
                                    gateway.smtpPort(),
                                    "ann@company.test",
                                    List.of(to),
                                    message.octets()))
                    .startsWith("250 2.");
            sent.add(message);
        }
        await("all of it is in the journal")
                .atMost(Duration.ofSeconds(20))
                .until(() -> csv().size() == 2);
    }

    @AfterAll
    void evening() {
        prometheus.close();
        gateway.close();
    }

    /** What a person would type; what it prints is kept in target/hairpin-morning.txt. */
    private Program.Result type(String... arguments) {
        Program.Result result = gateway.command(arguments);
        try {
            java.nio.file.Files.writeString(
                    TRANSCRIPT,
                    "$ postern " + String.join(" ", arguments) + "\n" + result.all() + "\n",
                    java.nio.file.StandardOpenOption.CREATE,
                    java.nio.file.StandardOpenOption.APPEND);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return result;
    }

    private List<String> csv() {
        return gateway
                .command("impact", "--reason", "policy.hold-unchecked", "--recipients")
                .lines()
                .stream()
                .skip(1)
                .map(line -> line.replaceFirst(",20.*", ""))
                .toList();
    }

    private static String plan(Program.Result result) {
        Matcher plan = PLAN.matcher(result.out());
        assertThat(plan.find()).as(result.all()).isTrue();
        return plan.group(1);
    }

    @Test
    @Order(1)
    void theAlarmNamesTheCause() {
        gateway.awaitConsole("mail of your own domain company.test fails SPF from 127.0.0.1");
        Program.Result guard = type("guard", "show");
        assertThat(guard.out())
                .as(guard.all())
                .contains("own:company.test", "a balancer", "networks.trusted-relays");
        await("the gateway's own alert")
                .atMost(Duration.ofSeconds(20))
                .until(() ->
                        gateway.command("status")
                                .out()
                                .contains("PosternVerdictGuard/own:company.test since"));
        await("Prometheus' alert")
                .atMost(Duration.ofSeconds(30))
                .until(() -> prometheus.firing().contains("PosternVerdictGuard"));
        assertThat(type("status").out()).contains("PosternVerdictGuard/own:company.test since");
    }

    @Test
    @Order(2)
    void aTraceTellsOneMessagesStoryInWords() {
        Program.Result list = type("trace", "--from", "ann@company.test");
        assertThat(list.out()).as(list.all()).contains("quarantined", "policy.hold-unchecked");
        String id = list.lines().getLast().split(" +", -1)[2];
        Program.Result story = type("trace", id);
        assertThat(story.out())
                .as(story.all())
                .contains(
                        "from 127.0.0.1",
                        "SPF none",
                        "client-address.implausible",
                        "dmarc.temperror.spf-implausible.dkim-none",
                        "quarantined as " + id + " by rule hold-unchecked");
    }

    @Test
    @Order(3)
    void impactGivesTheExactList() {
        type("impact", "--reason", "policy.hold-unchecked", "--recipients");
        assertThat(csv())
                .containsExactly("alice@example.test," + TO_ALICE, "bob@example.test," + TO_BOB);
        Program.Result counts =
                type("impact", "--reason", "policy.hold-unchecked", "--since", "1h");
        assertThat(counts.out())
                .as(counts.all())
                .contains("13 messages for 2 recipients", "company.test", "127.0.0.1");
    }

    @Test
    @Order(4)
    void replaySaysWhatAMendedConfigurationWouldDoAndChangesNothing() {
        Program.Result supposed =
                type(
                        "replay",
                        "--since",
                        "1h",
                        "--reason",
                        "policy.hold-unchecked",
                        "--set",
                        "networks.trusted-relays=127.0.0.1/32");
        assertThat(supposed.exitCode()).as(supposed.all()).isZero();
        assertThat(supposed.out())
                .contains(
                        "13 messages looked at, 13 would change", "→ accepted", "spf none → pass");
        assertThat(gateway.command("queue", "list", "--state", "held").lines()).hasSize(14);
    }

    @Test
    @Order(5)
    void theMendedConfigurationLetsNewMailThrough() {
        gateway.configure(
                gateway.configuration()
                        .replace(
                                "policy:\n",
                                "networks: { trusted-relays: [127.0.0.1/32] }\npolicy:\n"));
        assertThat(type("reload").exitCode()).isZero();
        Message message = Message.from("ann@company.test", TRUE_CLIENT);
        SmtpClient.send(
                gateway.smtpPort(),
                "ann@company.test",
                List.of("carol@example.test"),
                message.octets());
        String stored = around.dovecot().awaitMessage("carol@example.test", message.id());
        assertThat(Message.fields(stored, "Authentication-Results").getFirst())
                .contains("spf=pass", "dmarc=pass");
    }

    @Test
    @Order(6)
    void whatWasHeldIsReleasedByPlan() {
        Program.Result planned =
                type("replay", "--reason", "policy.hold-unchecked", "--show", "0", "--release");
        assertThat(planned.out()).as(planned.all()).contains("release 13 entries");
        Program.Result applied = type("queue", "release", "--apply", plan(planned));
        assertThat(applied.exitCode()).as(applied.all()).isZero();
        for (int i = 0; i < sent.size(); i++) {
            around.dovecot()
                    .awaitMessage(
                            i < TO_ALICE ? "alice@example.test" : "bob@example.test",
                            sent.get(i).id());
        }
        await("the journal knows who released it")
                .atMost(Duration.ofSeconds(20))
                .until(() ->
                        gateway.command("trace", "--reason", "policy.hold-unchecked", "--story")
                                .out()
                                .contains(": release by plan"));
    }

    @Test
    @Order(7)
    void everybodyWhoWasHitIsToldAfterAPlan() {
        gateway.file(
                "notice.txt",
                """
                Subject: ${count} messages were held back
                From: Postmaster <postmaster@example.test>

                Dear ${recipient},

                ${count} messages for you were held from ${first} to ${last}. They are in your
                inbox now.
                """);
        Path template = gateway.folder().resolve("notice.txt");
        Program.Result planned =
                type(
                        "impact",
                        "--reason",
                        "policy.hold-unchecked",
                        "--notify",
                        template.toString());
        assertThat(planned.out())
                .as(planned.all())
                .contains("2 notices", "9 messages were held back", "nothing is sent yet");
        Program.Result applied = type("impact", "--apply", plan(planned));
        assertThat(applied.out()).as(applied.all()).contains("2 notices in the spool");
        for (String who : List.of("alice@example.test", "bob@example.test")) {
            await("the notice to " + who)
                    .atMost(Duration.ofSeconds(30))
                    .until(() ->
                            around.dovecot().inbox(who).stream()
                                    .anyMatch(m -> m.contains("messages were held back")));
        }
        Program.Result again = type("impact", "--apply", plan(planned));
        assertThat(again.out()).contains("2 were there already");
    }

    @Test
    @Order(8)
    void theShellReadsTheSameJournalWhileTheGatewayIsDown() {
        gateway.program().close();
        Program.Result trace = type("trace", "--to", "bob@example.test");
        assertThat(trace.exitCode()).as(trace.all()).isZero();
        assertThat(trace.out()).contains("quarantined");
        Program.Result shell =
                Program.run(
                        new byte[0],
                        java.util.Map.of(),
                        List.of(
                                Peers.path("sqlite3"),
                                journalFile().toString(),
                                "SELECT count(*) FROM mail WHERE reason ="
                                        + " 'policy.hold-unchecked'"));
        assertThat(shell.out().strip()).as(shell.all()).isEqualTo("13");
    }

    private Path journalFile() {
        try (var files = java.nio.file.Files.list(gateway.folder().resolve("data/journal"))) {
            return files.filter(f -> f.toString().endsWith(".db")).findFirst().orElseThrow();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
