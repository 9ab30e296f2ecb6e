package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Senders who leave their own past: by volume, and by what the stores put off. */
@WithPeers
class AnomalousSenderTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path folder = Surroundings.newFolder("anomaly");

    @AfterEach
    void clean() {
        Surroundings.delete(folder);
    }

    private static Gateway gateway(Surroundings around, String name, String reputation) {
        Gateway gateway = around.newGateway(name);
        return gateway.configure(
                gateway.configuration()
                        .replaceFirst(
                                "reputation: .*",
                                Matcher.quoteReplacement("reputation: " + reputation)));
    }

    private static String anna(Gateway gateway, String to) {
        return send(gateway, "127.0.0.2", "anna@busy.test", to);
    }

    private static String ben(Gateway gateway, String to) {
        return send(gateway, "127.0.0.3", "ben@pass.test", to);
    }

    private static String send(Gateway gateway, String client, String from, String to) {
        String author = from.isEmpty() ? "mailer-daemon@none.test" : from;
        return SmtpClient.send(
                client, gateway.smtpPort(), from, List.of(to), Message.from(author).octets());
    }

    private static List<String> held(Gateway gateway) {
        return gateway.command(
                        "queue",
                        "list",
                        "--state",
                        "held",
                        "--reason",
                        "anomalous-sender",
                        "--json")
                .lines();
    }

    private static String plan(Program.Result result) {
        Matcher found = Pattern.compile("--apply (\\S+)").matcher(result.out());
        assertThat(found.find()).as(result.all()).isTrue();
        return found.group(1);
    }

    @Test
    void mailOfASenderAloneIsHeldAndAlarmedAndAPersonDropsOrReleasesItByPlan(Surroundings around) {
        try (Gateway gateway =
                gateway(
                        around,
                        "volume",
                        "{ anomaly-messages: 3, anomaly-factor: 2, anomaly-after: 0,"
                                + " anomaly-hold: 10m }")) {
            gateway.start();
            for (int i = 0; i < 6; i++) {
                assertThat(anna(gateway, "alice@example.test")).startsWith("250 2.0.0 Ok: queued");
            }
            assertThat(ben(gateway, "bob@example.test")).startsWith("250 2.0.0");
            assertThat(held(gateway))
                    .hasSize(3)
                    .allMatch(e -> e.contains("\"from\":\"anna@busy.test\""));
            gateway.awaitConsole(
                    "what claims to be of sender <anna@busy.test> sent 4 messages within the hour,"
                            + " 0 at most before (beyond theirs too: ");
            await().atMost(PATIENCE)
                    .until(() -> gateway.command("status").out().contains("PosternSenderHeld"));

            String[] selection = {"--from", "anna@busy.test", "--reason", "anomalous-sender"};
            String dropped = plan(command(gateway, "drop", selection));
            assertThat(held(gateway)).as("a plan changes nothing").hasSize(3);
            assertThat(gateway.command("queue", "drop", "--apply", dropped).exitCode()).isZero();
            assertThat(held(gateway)).isEmpty();
            assertThat(gateway.command("queue", "undo", dropped).exitCode()).isZero();
            assertThat(held(gateway)).hasSize(3);
            String released = plan(command(gateway, "release", selection));
            assertThat(gateway.command("queue", "release", "--apply", released).exitCode())
                    .isZero();
            await().atMost(PATIENCE)
                    .until(() ->
                            gateway.command("queue", "list").out().contains("the queue is empty"));
            assertThat(anna(gateway, "alice@example.test")).startsWith("250 2.0.0");
            assertThat(held(gateway)).as("the hold goes on for what comes").hasSize(1);
            assertThat(gateway.command("lists", "show", "hold").out())
                    .contains(
                            "claimed-sender       anna@busy.test, another ",
                            ", 4 messages held since 20",
                            ": sent 4 messages within the hour, 0 at most before");
            assertThat(gateway.command("lists", "test", "anna@busy.test").out())
                    .contains("hold claimed-sender anna@busy.test, another ");
            assertThat(gateway.command("status").out())
                    .contains(
                            "on hold     claimed-sender anna@busy.test, another ",
                            "kept out    nobody");
            assertThat(gateway.command("status", "--json").out())
                    .contains(
                            "\"holds\":{\"count\":1,\"first\":[{\"list\":\"hold\"",
                            "\"messages_held\":4");
            assertThat(
                            gateway.command(
                                            "lists",
                                            "remove",
                                            "hold",
                                            "anna@busy.test",
                                            "--owner",
                                            "olga")
                                    .out())
                    .contains("anna@busy.test: new mail is delivered again");
            assertThat(anna(gateway, "alice@example.test")).startsWith("250 2.0.0");
            assertThat(held(gateway)).as("until somebody ends it").hasSize(1);
            assertThat(gateway.command("lists", "show", "hold").out())
                    .contains("nobody's mail is on hold");
            assertThat(errors(gateway)).as("one burst, one alarm").hasSize(1);
            assertThat(notes(gateway))
                    .contains(
                            "hold|what claims to be of sender <anna@busy.test>: sent 4 messages",
                            "hold-ended|what claims to be of sender <anna@busy.test>: ended by"
                                    + " olga");
            String story = gateway.command("trace", "--from", "anna@busy.test", "--story").out();
            assertThat(story)
                    .contains(
                            "quarantined as ",
                            "reason reputation.anomaly (what claims to be of sender"
                                    + " <anna@busy.test>: sent 4 messages within the hour, 0 at"
                                    + " most before; on hold until 20",
                            "  hold of what claims to be of sender <anna@busy.test>: sent 4"
                                    + " messages",
                            "  hold of what claims to be of sender <anna@busy.test>: ended by olga",
                            "drop by plan " + dropped,
                            "release by plan " + released);
            assertThat(gateway.command("impact", "--reason", "reputation.anomaly").out())
                    .contains("4");
        }
    }

    private static List<String> errors(Gateway gateway) {
        return gateway.program()
                .output()
                .lines()
                .filter(l -> l.contains("ERROR") && l.contains("its mail is held"))
                .toList();
    }

    private static String notes(Gateway gateway) {
        try (Stream<Path> days = Files.list(gateway.folder().resolve("data/journal"))) {
            Path day = days.filter(f -> f.toString().endsWith(".db")).findFirst().orElseThrow();
            return Program.run(
                            new byte[0],
                            Map.of(),
                            List.of(
                                    Peers.path("sqlite3"),
                                    "-readonly",
                                    day.toString(),
                                    "SELECT kind || '|' || detail FROM note"))
                    .out();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void forgedMailOfADomainIsHeldAndTheDomainsOwnIsNot(Surroundings around) {
        try (Gateway gateway =
                gateway(
                        around,
                        "forged",
                        "{ anomaly-messages: 3, anomaly-factor: 2, anomaly-after: 0,"
                                + " anomaly-hold: 10m }")) {
            gateway.start();
            for (int i = 0; i < 5; i++) {
                assertThat(
                                send(
                                        gateway,
                                        "127.50.0.1",
                                        "news" + i + "@harvester.test",
                                        "alice@example.test"))
                        .startsWith("250 2.0.0");
            }
            assertThat(held(gateway)).hasSize(2);
            assertThat(gateway.command("lists", "show", "hold").out())
                    .contains("claimed-domain       harvester.test");
            assertThat(send(gateway, "127.40.0.1", "news1@harvester.test", "alice@example.test"))
                    .startsWith("250 2.0.0");
            assertThat(held(gateway)).as("SPF passes for it").hasSize(2);
            for (int i = 0; i < 5; i++) {
                assertThat(send(gateway, "127.41.0.1", "", "bob@example.test"))
                        .startsWith("250 2.0.0");
            }
            assertThat(gateway.command("lists", "show", "hold").out())
                    .as("bounces are held by themselves")
                    .contains("bounces              127.41.0.1");
            assertThat(send(gateway, "127.41.0.1", "ben@pass.test", "bob@example.test"))
                    .startsWith("250 2.0.0");
            assertThat(held(gateway)).hasSize(4);
        }
    }

    @Test
    void aHoldGoesOnOverARestartAndEndsByItself(Surroundings around) {
        try (Gateway gateway =
                gateway(
                        around,
                        "restart",
                        "{ anomaly-messages: 3, anomaly-factor: 2, anomaly-after: 0,"
                                + " anomaly-hold: 25s }")) {
            gateway.start();
            for (int i = 0; i < 4; i++) {
                assertThat(ben(gateway, "alice@example.test")).startsWith("250 2.0.0");
            }
            assertThat(held(gateway)).hasSize(1);
            gateway.program().terminate();
            gateway.start();
            assertThat(gateway.command("lists", "show", "hold").out())
                    .contains("sender               ben@pass.test, another ");
            assertThat(ben(gateway, "alice@example.test")).startsWith("250 2.0.0");
            assertThat(held(gateway)).hasSize(2);
            await().atMost(PATIENCE)
                    .until(() ->
                            gateway.command("queue", "list").out().contains("the queue is empty"));
            gateway.awaitConsole("the hold of sender <ben@pass.test> is over");
            assertThat(ben(gateway, "alice@example.test")).startsWith("250 2.0.0");
            assertThat(held(gateway)).as("nothing is left of it").isEmpty();
            assertThat(gateway.command("trace", "--from", "ben@pass.test", "--story").out())
                    .contains("policy: release, because the hold has expired");
        }
    }

    private static Program.Result command(Gateway gateway, String action, String... selection) {
        String[] all = new String[selection.length + 2];
        all[0] = "queue";
        all[1] = action;
        System.arraycopy(selection, 0, all, 2, selection.length);
        return gateway.command(all);
    }

    @Test
    void mailThatTheStorePutsOffFarMoreThanThatOfOthersIsHeldAndThenTriedAgainByItself(
            Surroundings around) {
        try (SmtpSink good = SmtpSink.start(folder.resolve("good"));
                SmtpSink fussy = SmtpSink.start(folder.resolve("fussy"), "-r", "rcpt");
                Gateway gateway =
                        gateway(
                                around,
                                "deferrals",
                                "{ anomaly-deferrals: 3, anomaly-after: 0, anomaly-hold: 16s }")) {
            gateway.configureSections(
                    """
                    downstreams: { fussy: "smtp://127.0.0.1:%d" }
                    domains:
                      example.test:
                        recipients: { file: lists/recipients.yaml }
                        downstream: smtp://127.0.0.1:%d
                    spool: { segment-size: 4MB, min-free: 1MB, retry: { first: 5m, max: 5m, expire: 1d } }
                    """
                            .formatted(fussy.port(), good.port()));
            gateway.file(
                    "lists/recipients.yaml",
                    """
                    - postmaster
                    - alice
                    - { address: full, downstream: fussy }
                    """);
            gateway.start();
            for (int i = 0; i < 12; i++) {
                assertThat(ben(gateway, "alice@example.test")).startsWith("250 2.0.0");
            }
            await().atMost(PATIENCE).until(() -> good.messages().size() == 12);
            for (int i = 0; i < 4; i++) {
                assertThat(anna(gateway, "full@example.test")).startsWith("250 2.0.0");
            }
            gateway.awaitConsole(
                    "what claims to be of sender <anna@busy.test> had 4 of its 4 messages within"
                            + " the hour put off by fussy, 0 % before");
            assertThat(anna(gateway, "alice@example.test"))
                    .as("nothing is refused")
                    .startsWith("250 2.0.0");
            await().atMost(PATIENCE).until(() -> held(gateway).size() >= 5);
            assertThat(held(gateway)).noneMatch(e -> e.contains("ben@pass.test"));
            assertThat(ben(gateway, "alice@example.test")).startsWith("250 2.0.0");
            await().atMost(PATIENCE).until(() -> good.messages().size() == 14);
            assertThat(good.messages()).filteredOn(m -> m.contains("anna@busy.test")).hasSize(1);
            await().atMost(PATIENCE).until(() -> held(gateway).isEmpty());
            assertThat(gateway.command("trace", "--from", "anna@busy.test", "--story").out())
                    .contains(
                            "policy: hold, because what claims to be of sender <anna@busy.test>:"
                                    + " had 4 of its 4 messages within the hour put off by fussy",
                            "  hold of what claims to be of sender <anna@busy.test>: had 4 of its",
                            "  hold of what claims to be of sender <anna@busy.test>: its time is"
                                    + " over",
                            "policy: release, because the hold has expired");
            assertThat(gateway.command("queue", "list", "--state", "deferred", "--json").lines())
                    .as("put off again, and waiting as any other mail")
                    .hasSize(4)
                    .allMatch(e -> e.contains("\"attempts\":2"));
        }
    }
}
