package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;

/**
 * Harvesters by address, network and domain, backscatter among them, and a provider whose customers
 * harvest: what one outage was made of.
 */
@WithPeers
class HarvesterTest {
    private static final String ALICE = "alice@example.test";
    private static final String BANNED = "(harvest-ban)";

    private static Gateway gateway(Surroundings around, String name, String reputation) {
        Gateway gateway = around.newGateway(name);
        return gateway.configure(
                gateway.configuration()
                        .replace("limits: {", "limits: { unknown-recipients: 0,")
                        .replaceFirst(
                                "reputation: .*",
                                Matcher.quoteReplacement("reputation: " + reputation)));
    }

    /** Names recipients that do not exist; the last answer, or the greeting where that is all. */
    private static String harvest(Gateway gateway, String client, String from, int count) {
        try (SmtpClient session = SmtpClient.connect(client, gateway.smtpPort())) {
            String last = session.reply();
            if (!last.startsWith("220")) {
                return last;
            }
            session.command("EHLO client.pass.test");
            session.command("MAIL FROM:<" + from + ">");
            for (int i = 0; i < count && !last.startsWith("421"); i++) {
                last = session.command("RCPT TO:<nobody" + i + "@example.test>");
            }
            return last;
        }
    }

    private static String send(Gateway gateway, String client, String from) {
        return send(gateway, client, from, List.of(ALICE));
    }

    private static String send(Gateway gateway, String client, String from, List<String> to) {
        String author = from.isEmpty() ? "mailer-daemon@none.test" : from;
        return SmtpClient.send(client, gateway.smtpPort(), from, to, Message.from(author).octets());
    }

    private static String bans(Gateway gateway) {
        return gateway.command("lists", "show", "ban").out();
    }

    @Test
    void aDomainThatHarvestsIsKeptOutWhereverItComesFromAndWhoOnlyClaimsItChangesNothing(
            Surroundings around) {
        try (Gateway gateway =
                gateway(
                        around,
                        "domain-ban",
                        "{ slow-after: 0, hang-up-after: 4, ban-after: 6, network-factor: 2 }")) {
            gateway.start();
            for (int network = 1; network <= 9; network++) {
                // SPF does not pass for these: 27 unknown recipients that are not harvester.test's
                harvest(gateway, "127.50." + network + ".1", "x@harvester.test", 3);
            }
            assertThat(bans(gateway)).contains("nobody is kept out");
            assertThat(send(gateway, "127.40.99.1", "x@harvester.test")).startsWith("250 2.");

            List<String> last = new ArrayList<>();
            for (int network = 1; network <= 6; network++) {
                last.add(harvest(gateway, "127.40." + network + ".1", "x@harvester.test", 2));
            }
            assertThat(last.subList(0, 3)).allMatch(reply -> reply.startsWith("550 5.1.1"));
            assertThat(last.get(3))
                    .startsWith(
                            "451 4.7.0 Too many unknown recipients from your domain harvester.test;"
                                    + " clean your list")
                    .endsWith("(harvest)");
            assertThat(bans(gateway))
                    .contains("sender-domain        harvester.test, another ", "of its domain");
            assertThat(send(gateway, "127.40.77.7", "x@harvester.test"))
                    .as("from a client that never named anybody")
                    .startsWith("451 4.7.0 Too many unknown recipients from your domain")
                    .endsWith(BANNED);
            assertThat(send(gateway, "127.40.1.1", "someone@pass.test"))
                    .as("the client may be anybody's")
                    .startsWith("250 2.");
            assertThat(send(gateway, "127.50.1.1", "x@harvester.test"))
                    .as("a claim is not the domain")
                    .startsWith("250 2.");
            assertThat(
                            send(
                                    gateway,
                                    "127.40.77.7",
                                    "x@harvester.test",
                                    List.of("postmaster@example.test")))
                    .startsWith("250 2.");

            gateway.program().terminate();
            gateway.start();
            assertThat(send(gateway, "127.40.77.7", "x@harvester.test")).endsWith(BANNED);
            assertThat(gateway.get("/metrics").body())
                    .contains("postern_reputation_bans{of=\"sender-domain\"} 1.0");
            assertThat(
                            gateway.command(
                                            "trace",
                                            "--from",
                                            "x@harvester.test",
                                            "--reason",
                                            "reputation.banned",
                                            "--story")
                                    .out())
                    .contains(
                            "by rule harvest-ban",
                            "(sender-domain harvester.test: 12 unknown recipients",
                            "  ban of sender-domain harvester.test: kept out until 20");
            assertThat(gateway.command("status").out())
                    .contains("kept out    sender-domain harvester.test, another ")
                    .containsPattern("another \\S+( \\S+)?, [2-9] refusals since 20.*: 12 unknown");
            assertThat(gateway.command("status", "--json").out())
                    .contains("\"bans\":{\"count\":1,\"first\":[{\"list\":\"ban\"");
            assertThat(gateway.command("lists", "remove", "ban", "harvester.test").out())
                    .contains("harvester.test is let in again");
            assertThat(gateway.command("trace", "--reason", "reputation.banned", "--story").out())
                    .contains("  ban of sender-domain harvester.test: let in again by ");
            assertThat(harvest(gateway, "127.40.77.7", "x@harvester.test", 2))
                    .as("and begins anew")
                    .startsWith("550 5.1.1");
            assertThat(send(gateway, "127.40.77.7", "x@harvester.test")).startsWith("250 2.");
        }
    }

    @Test
    void aSignatureBroughtAgainByOthersKeepsOutThemAndNotTheDomainItself(Surroundings around) {
        try (Gateway gateway =
                gateway(
                        around,
                        "replay",
                        "{ slow-after: 0, hang-up-after: 0, ban-after: 6, network-factor: 1 }")) {
            gateway.file(
                    "lists/recipients.yaml",
                    """
                    recipients: [alice@example.test]
                    aliases: { postmaster: [alice] }
                    """);
            gateway.start();
            byte[] signed =
                    around.dns()
                            .sign(
                                    Message.from("someone@pass.test").octets(),
                                    DkimKeys.Algorithm.RSA);
            for (int network = 1; network <= 3; network++) {
                try (SmtpClient session =
                        SmtpClient.connect("127.50." + network + ".1", gateway.smtpPort())) {
                    session.reply();
                    session.command("EHLO client.none.test");
                    session.command("MAIL FROM:<x@none.test>");
                    session.command("RCPT TO:<" + ALICE + ">");
                    session.command("RCPT TO:<nobody1@example.test>");
                    session.command("RCPT TO:<nobody2@example.test>");
                    assertThat(session.data(signed))
                            .startsWith(network < 3 ? "250 2." : "451 4.7.0 Too many unknown");
                }
            }
            assertThat(bans(gateway)).contains("signing-domain       pass.test, another ");
            assertThat(
                            SmtpClient.send(
                                    "127.0.0.9",
                                    gateway.smtpPort(),
                                    "someone@pass.test",
                                    List.of(ALICE),
                                    signed))
                    .as("SPF passes: the domain itself")
                    .startsWith("250 2.");
            assertThat(
                            SmtpClient.send(
                                    "127.50.9.1",
                                    gateway.smtpPort(),
                                    "x@none.test",
                                    List.of(ALICE),
                                    signed))
                    .startsWith("451 4.7.0 Too many unknown recipients from your signing domain")
                    .endsWith(BANNED);
            assertThat(
                            SmtpClient.send(
                                    "127.50.9.1",
                                    gateway.smtpPort(),
                                    "x@none.test",
                                    List.of("postmaster@example.test"),
                                    signed))
                    .as("a postmaster, who is an alias as nearly always")
                    .startsWith("250 2.");
            assertThat(new String(signed, StandardCharsets.US_ASCII)).contains("d=pass.test");
        }
    }

    @Test
    void aProviderWithAGoodHistoryIsSlowedAndNeverKeptOutForACustomerWhoHarvests(
            Surroundings around) {
        try (Gateway gateway =
                gateway(
                        around,
                        "provider",
                        "{ slow-after: 20, slow-by: 1ms, hang-up-after: 100, ban-after: 300,"
                                + " network-factor: 1, good-after-age: 0 }")) {
            gateway.start();
            for (int i = 0; i < 20; i++) {
                assertThat(send(gateway, "127.60.0." + (1 + i % 5), "news@provider.test"))
                        .startsWith("250 2.");
            }
            // unauthenticated claims of it from elsewhere earn nothing
            for (int i = 0; i < 20; i++) {
                send(gateway, "127.61.0.1", "x@none.test");
            }
            assertThat(harvest(gateway, "127.60.0.1", "stale@customer.test", 99))
                    .startsWith("550 5.1.1");
            assertThat(harvest(gateway, "127.60.0.1", "stale@customer.test", 1_000))
                    .as("its domain is put off, for it is not the provider's")
                    .startsWith("451 4.7.0")
                    .contains("domain customer.test");
            assertThat(harvest(gateway, "127.60.0.1", "someone@none.test", 1_000))
                    .as("a forged sender through the provider")
                    .startsWith("550 5.1.1");
            assertThat(harvest(gateway, "127.60.0.1", "news@provider.test", 1_000))
                    .startsWith("550 5.1.1");
            assertThat(bans(gateway))
                    .contains("sender-domain        customer.test")
                    .doesNotContain("127.60.", "provider.test");
            assertThat(send(gateway, "127.60.0.1", "news@provider.test")).startsWith("250 2.");
            assertThat(send(gateway, "127.60.0.1", "stale@customer.test")).endsWith(BANNED);
            gateway.program().terminate();
            gateway.start();
            assertThat(harvest(gateway, "127.60.0.1", "someone@none.test", 1_000))
                    .as("the history is there after a restart")
                    .startsWith("550 5.1.1");
            assertThat(harvest(gateway, "127.61.0.1", "x@none.test", 1_000))
                    .as("a stranger")
                    .startsWith("421 4.7.0");
            harvest(gateway, "127.61.0.1", "x@none.test", 1);
            assertThat(gateway.get("/metrics").body()).contains("response=\"slow-known-good\"");
        }
    }

    @Test
    void aHistoryThatIsLostIsLearnedAgainFromTheJournalAndNeedsNoJournal(Surroundings around)
            throws IOException {
        try (Gateway gateway =
                gateway(
                        around,
                        "relearned",
                        "{ slow-after: 5, slow-by: 1ms, hang-up-after: 10, ban-after: 20,"
                                + " good-after-messages: 3, good-after-age: 0 }")) {
            gateway.start();
            for (int i = 0; i < 3; i++) {
                assertThat(send(gateway, "127.60.0.1", "news@provider.test")).startsWith("250 2.");
            }
            gateway.program().terminate();
            Path history = gateway.folder().resolve("data/reputation/history.tsv");
            Files.delete(history);
            gateway.start();
            gateway.awaitConsole("is learned again from 3 messages of the journal: 1 networks");
            assertThat(harvest(gateway, "127.60.0.1", "x@none.test", 50)).startsWith("550 5.1.1");
            gateway.program().terminate();
            assertThat(Files.readString(history)).contains("127.60.0.0/24\tprovider.test\t");

            Surroundings.delete(gateway.folder().resolve("data/journal"));
            gateway.start();
            assertThat(harvest(gateway, "127.60.0.1", "x@none.test", 50))
                    .as("without a journal")
                    .startsWith("550 5.1.1");
            gateway.program().terminate();

            Files.delete(history);
            Files.createDirectory(history); // what cannot be read
            gateway.start();
            gateway.awaitConsole("history.tsv cannot be read and begins anew");
            assertThat(harvest(gateway, "127.60.0.1", "x@none.test", 50))
                    .as("neither history nor journal")
                    .startsWith("421 4.7.0");
        }
    }

    @Test
    void bouncesByTheThousandAmongHarvestingKeepNobodyOutThatHarvestingDoesNot(
            Surroundings around) {
        try (Gateway gateway =
                gateway(
                        around,
                        "mixed",
                        "{ slow-after: 5, slow-by: 1ms, hang-up-after: 0, ban-after: 20 }")) {
            gateway.start();
            for (int round = 0; round < 10; round++) {
                assertThat(harvest(gateway, "127.62.0.1", "", 300)).startsWith("550 5.1.1");
                assertThat(harvest(gateway, "127.62.0.1", "x@none.test", 1)).startsWith("550");
                assertThat(send(gateway, "127.62.0.1", "x@none.test")).startsWith("250 2.");
            }
            assertThat(bans(gateway)).contains("nobody is kept out");
            assertThat(gateway.get("/metrics").body())
                    .contains(
                            "postern_reputation_unknown_recipients_total{response=\"null-sender\"}"
                                    + " 3000.0");
            assertThat(send(gateway, "127.62.0.1", "")).startsWith("250 2.");
            assertThat(harvest(gateway, "127.62.0.1", "x@none.test", 10)).startsWith("421 4.7.0");
            assertThat(bans(gateway)).contains("client               127.62.0.1/32");
            Program.Result network = gateway.command("lists", "remove", "ban", "127.62.0.0/24");
            assertThat(network.out()).contains("127.62.0.0/24 is let in again");
            assertThat(network.exitCode()).isZero();
            assertThat(gateway.command("lists", "remove", "ban", "127.62.0.1").exitCode())
                    .as("with its network")
                    .isEqualTo(1);
            assertThat(harvest(gateway, "127.62.0.1", "", 3_000)).startsWith("550 5.1.1");
            assertThat(bans(gateway)).contains("nobody is kept out");
        }
    }

    @Test
    void whoIsLetInIsForgivenInItsNetworkAndAClientOfABannedNetworkIsToldSo(Surroundings around) {
        try (Gateway gateway =
                gateway(
                        around,
                        "let-in",
                        "{ slow-after: 0, hang-up-after: 0, ban-after: 10, network-factor: 2 }")) {
            gateway.start();
            for (int i = 0; i < 3; i++) {
                harvest(gateway, "127.63.0.1", "x@none.test", 10);
                assertThat(gateway.command("lists", "remove", "ban", "127.63.0.1").out())
                        .contains("127.63.0.1/32 is let in again");
            }
            assertThat(harvest(gateway, "127.63.0.1", "x@none.test", 1)).startsWith("550 5.1.1");
            assertThat(bans(gateway)).contains("nobody is kept out");
            for (int i = 2; i < 5; i++) {
                harvest(gateway, "127.63.0." + i, "x@none.test", 9);
            }
            assertThat(bans(gateway)).contains("network              127.63.0.0/24");
            assertThat(gateway.command("lists", "test", "127.63.0.77").out())
                    .contains(
                            "ban network 127.63.0.0/24, another ",
                            "; postern lists remove ban 127.63.0.0/24");
            Program.Result client = gateway.command("lists", "remove", "ban", "127.63.0.77");
            assertThat(client.all())
                    .contains(
                            "127.63.0.77/32 is kept out with its network 127.63.0.0/24: postern"
                                    + " lists remove ban 127.63.0.0/24");
            assertThat(client.exitCode()).isEqualTo(1);
            gateway.program().kill();
            gateway.start();
            assertThat(bans(gateway)).as("a crash later").contains("127.63.0.0/24");
        }
    }

    @Test
    void whoIsKnownGoodIsNotHungUpOnByTheLimitOfASessionEither(Surroundings around) {
        try (Gateway gateway =
                gateway(
                        around,
                        "session-limit",
                        "{ slow-after: 5, slow-by: 1ms, hang-up-after: 1000, ban-after:"
                                + " 2000, good-after-messages: 3, good-after-age: 0 }")) {
            gateway.configure(
                    gateway.configuration()
                            .replace("unknown-recipients: 0", "unknown-recipients: 20"));
            gateway.start();
            for (int i = 0; i < 3; i++) {
                assertThat(send(gateway, "127.60.0.1", "news@provider.test")).startsWith("250 2.");
            }
            assertThat(harvest(gateway, "127.60.0.1", "news@provider.test", 60))
                    .startsWith("550 5.1.1");
            try (SmtpClient stranger = SmtpClient.connect("127.64.0.1", gateway.smtpPort())) {
                stranger.reply();
                stranger.command("EHLO client.pass.test");
                stranger.command("MAIL FROM:<x@none.test>");
                for (int i = 0; i < 20; i++) {
                    stranger.command("RCPT TO:<nobody" + i + "@example.test>");
                }
                assertThat(stranger.reply()).startsWith("421 4.7.0");
            }
        }
    }
}
