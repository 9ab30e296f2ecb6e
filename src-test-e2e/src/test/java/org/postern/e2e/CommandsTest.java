package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands as an operator uses them, beside a gateway whose second domain cannot deliver. */
@WithPeers
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandsTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    private Gateway gateway;
    private Message waiting;
    private String waitingId;

    @BeforeAll
    void start(Surroundings around) {
        gateway = around.newGateway("commands");
        gateway.configure(
                gateway.configuration()
                        .replace(
                                "domains:\n",
                                """
                                domains:
                                  slow.test:
                                    recipients: { static: [dora@slow.test] }
                                    downstream: lmtp://127.0.0.1:%d
                                """
                                        .formatted(Ports.dead())));
        gateway.start();
        waiting = Message.from("someone@pass.test");
        String reply =
                SmtpClient.send(
                        gateway.smtpPort(),
                        "someone@pass.test",
                        List.of("dora@slow.test"),
                        waiting.octets());
        assertThat(reply).startsWith("250 2.");
        waitingId = reply.replaceFirst("(?s).*queued as ([0-9A-Z]+).*", "$1");
    }

    @AfterAll
    void stop() {
        gateway.close();
    }

    @Test
    void checkSaysThatAllIsWell() {
        Program.Result result = gateway.command("check");
        assertThat(result.exitCode()).as(result.all()).isZero();
    }

    @Test
    void nothingUnderDataIsOpenToOtherUsers() {
        // Java's walk ends where a file goes away under it; find goes on
        Program.Result open =
                Program.run(
                        new byte[0],
                        Map.of(),
                        List.of(
                                "find",
                                data().toString(),
                                "-perm",
                                "/o+rwx",
                                "-not",
                                "-type",
                                "l"));
        assertThat(data().resolve("spool/log")).isDirectory();
        assertThat(data().resolve("journal")).isDirectory();
        assertThat(open.out()).isEmpty();
    }

    @Test
    void aSpoolThatOthersCanReadIsTold() throws IOException {
        Path spool = data().resolve("spool");
        Set<PosixFilePermission> closed = Files.getPosixFilePermissions(spool);
        Files.setPosixFilePermissions(spool, PosixFilePermissions.fromString("rwxr-xr-x"));
        try {
            assertThat(gateway.command("check").all())
                    .contains("every user of this machine can enter " + spool, "chmod o-rwx");
        } finally {
            Files.setPosixFilePermissions(spool, closed);
        }
    }

    private Path data() {
        return gateway.folder().resolve("data");
    }

    @Test
    void sendTestFollowsOneMessageToTheDownstream(Surroundings around) {
        Program.Result result = gateway.command("send-test", "postmaster@example.test");
        assertThat(result.exitCode()).as(result.all()).isZero();
        assertThat(result.lines()).as(result.all()).hasSizeGreaterThanOrEqualTo(3);
        assertThat(result.out()).contains("127.0.0.1:" + gateway.smtpPort(), "spool", "deliver");
        assertThat(around.dovecot().inbox("postmaster@example.test"))
                .anyMatch(message -> message.contains("Subject: Postern test message"));
    }

    @Test
    void sendTestSaysEachStepAsOneObject() {
        Program.Result result = gateway.command("send-test", "--json", "postmaster@example.test");
        assertThat(result.exitCode()).as(result.all()).isZero();
        assertThat(result.lines()).allMatch(line -> line.startsWith("{\"step\":"));
        assertThat(result.lines().getLast()).contains("\"progress\":\"delivered\"");
    }

    @Test
    void theCommandsForTheNightWorkWhileTheFileOnDiskIsBroken(Surroundings around) {
        try (Gateway own = around.newGateway("broken")) {
            own.start();
            String good = own.configuration();
            for (String broken : List.of("hostnam: x\n", "policy: [ }\n")) {
                own.configure(good + broken);
                Program.Result status = own.command("status");
                assertThat(status.exitCode()).as(status.all()).isZero();
                assertThat(status.out()).contains("taking mail");
                assertThat(status.err()).contains("postern.yaml:");
                assertThat(own.command("queue", "list").exitCode()).isZero();
                assertThat(own.command("recipients", "show", "alice@example.test").exitCode())
                        .isZero();
                assertThat(own.command("reload").exitCode()).isEqualTo(1);
            }
            assertThat(own.command("status").out()).contains("REFUSED at ");
        }
    }

    @Test
    void withoutAJournalSendTestWaitsForTheMessageToLeaveTheQueue(Surroundings around) {
        try (Gateway silent = around.newGateway("silent")) {
            silent.configureSections("journal: { enabled: false }\n").start();
            Program.Result result = silent.command("send-test", "postmaster@example.test");
            assertThat(result.exitCode()).as(result.all()).isZero();
            assertThat(result.out()).contains("it has left the queue", "The journal is off");
        }
    }

    @Test
    void sendTestToAnUnknownRecipientEndsWithOneAndTheReply() {
        Program.Result result = gateway.command("send-test", "nobody@example.test");
        assertThat(result.exitCode()).as(result.all()).isEqualTo(1);
        assertThat(result.out() + result.err()).contains("550 5.1.1");
    }

    @Test
    void aQueueEntryInJsonSaysAllThatTheInterfacePromises() {
        JsonNode entry =
                await().atMost(Duration.ofSeconds(20))
                        .until(
                                () ->
                                        JSON.readTree(
                                                gateway.command("queue", "list", "--json").out()),
                                node -> "deferred".equals(node.path("state").asString()));
        assertThat(entry.path("id").asString()).isEqualTo(waitingId);
        assertThat(entry.path("from").asString()).isEqualTo("someone@pass.test");
        assertThat(entry.path("to").size()).isEqualTo(1);
        assertThat(entry.path("to").get(0).path("address").asString()).isEqualTo("dora@slow.test");
        assertThat(entry.path("to").get(0).path("state").asString()).isEqualTo("deferred");
        assertThat(entry.path("to").get(0).path("reply").asString()).startsWith("4");
        assertThat(entry.path("size").asLong()).isEqualTo(waiting.octets().length);
        assertThat(entry.path("received").asString()).matches("20\\d\\d-.*Z");
        assertThat(entry.path("age_seconds").asDouble()).isGreaterThan(0);
        assertThat(entry.path("attempts").asInt()).isGreaterThanOrEqualTo(1);
        assertThat(entry.path("next_attempt").asString()).matches("20\\d\\d-.*Z");
        assertThat(entry.path("downstream").asString()).startsWith("lmtp://127.0.0.1:");
        assertThat(entry.path("verdicts").isObject()).isTrue();
        assertThat(entry.path("content_sha256").asString()).isEqualTo(waiting.sha256());
    }

    @Test
    void aDropIsAPlanFirstAndCanBeUndone() {
        Program.Result planned = gateway.command("queue", "drop", "--from", "@pass.test", "--json");
        assertThat(planned.exitCode()).as(planned.all()).isZero();
        JsonNode plan = JSON.readTree(planned.out());
        assertThat(plan.path("action").asString()).isEqualTo("drop");
        assertThat(plan.path("count").asInt()).isEqualTo(1);
        assertThat(plan.path("sample").get(0).path("id").asString()).isEqualTo(waitingId);
        String id = plan.path("plan").asString();
        assertThat(gateway.command("queue", "list").out()).contains(waitingId);
        assertThat(gateway.command("queue", "drop", "--apply", id).exitCode()).isZero();
        assertThat(gateway.command("queue", "list").out()).doesNotContain(waitingId);
        assertThat(gateway.command("queue", "list", "--state", "trash").out()).contains(waitingId);
        assertThat(gateway.command("queue", "undo", id).exitCode()).isZero();
        assertThat(gateway.command("queue", "list").out()).contains(waitingId);
        assertThat(gateway.command("queue", "drop").exitCode()).isEqualTo(2);
        assertThat(gateway.command("queue", "retry", "--domain", "slow.test").exitCode()).isZero();
    }

    @Test
    void queueListForPeopleNamesTheEntry() {
        Program.Result result = gateway.command("queue", "list");
        assertThat(result.exitCode()).as(result.all()).isZero();
        assertThat(result.out()).contains(waitingId, "someone@pass.test", "dora@slow.test");
    }

    @Test
    void queueShowPrintsTheMessageAsItCameAndAsItWillBeRelayed() {
        assertThat(gateway.command("queue", "show", waitingId).out())
                .contains(waitingId, "dora@slow.test");
        assertThat(gateway.command("queue", "show", waitingId, "--received").out())
                .isEqualTo(waiting.text());
        String relayed = gateway.command("queue", "show", waitingId, "--raw").out();
        assertThat(relayed)
                .endsWith("\r\n" + waiting.text())
                .contains("Authentication-Results: mx.example.test;");
        assertThat(gateway.command("queue", "show", "0ZZZZZZZZZZZZ").exitCode()).isEqualTo(1);
    }

    @Test
    void statusNamesListenersQueueAndDownstreams() {
        Program.Result people = gateway.command("status");
        assertThat(people.exitCode()).as(people.all()).isZero();
        assertThat(people.out()).contains("127.0.0.1:" + gateway.smtpPort(), "lmtp://127.0.0.1:");
        JsonNode json = JSON.readTree(gateway.command("status", "--json").out());
        assertThat(json.isObject()).isTrue();
    }

    @Test
    void everyCommandHasHelp() {
        for (String command : List.of("run", "check", "status", "send-test", "queue", "reload")) {
            Program.Result help = gateway.command(command, "--help");
            assertThat(help.exitCode()).as(help.all()).isZero();
            assertThat(help.out()).contains("Usage: postern " + command);
        }
    }
}
