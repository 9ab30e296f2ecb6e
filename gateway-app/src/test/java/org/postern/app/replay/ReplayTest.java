package org.postern.app.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.app.SmallSite;
import org.postern.app.directory.KeptDirectories;
import org.postern.app.journal.Events;
import org.postern.app.journal.JournalReader;
import org.postern.app.journal.JournalWriter;
import org.postern.app.journal.TracedMessage;
import org.postern.app.telemetry.Metrics;
import org.postern.auth.AuthenticatorSettings;
import org.postern.auth.Reevaluator;
import org.postern.auth.dns.CachingDnsClient;
import org.postern.auth.dns.DnsListener;
import org.postern.core.authres.AuthResult;
import org.postern.core.config.DnsConfig;
import org.postern.core.config.JournalConfig;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.dnsbl.DnsblHit;
import org.postern.core.dnsbl.DnsblVerdict;
import org.postern.core.dnsbl.Subject;
import org.postern.core.journal.Hop;
import org.postern.core.journal.JournalEvent;
import org.postern.core.journal.Ruling;
import org.postern.core.journal.Screening;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;
import org.postern.core.policy.Disposition;
import org.postern.core.policy.Stage;
import org.postern.core.reply.SmtpReply;
import org.postern.core.scan.ScanResult;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.time.TimeSource;

/** Decisions reached again: the record answers, and what it does not answer is said to be live. */
class ReplayTest {
    private final Instant now = Instant.now();

    @TempDir Path folder;

    private String more = "";
    private String ofDomain = "";
    private JournalConfig.Privacy privacy = JournalConfig.Privacy.PLAIN;

    private Snapshot snapshot() throws IOException {
        return SmallSite.snapshot(
                folder,
                TimeSource.system(),
                ofDomain + more,
                "postmaster@example.test",
                "bob@example.test");
    }

    private Replay.Outcome replay(JournalEvent event, String... set) throws Exception {
        JournalConfig config =
                new JournalConfig(true, Duration.ofDays(30), 1L << 30, 1_000, false, privacy);
        Path journal = folder.resolve("journal");
        try (Metrics metrics = new Metrics();
                JournalWriter writer =
                        new JournalWriter(config, journal, 0, metrics, TimeSource.system())) {
            writer.append(event);
        }
        Snapshot snapshot = snapshot();
        Settings settings = Settings.parse(List.of(set), snapshot.config().networks());
        JournalReader reader = new JournalReader(journal);
        TracedMessage message =
                reader.find(reader.select(Map.of(), now.plusSeconds(60)), 1).getFirst();
        // nobody listens there: what is not recorded cannot be known
        DnsConfig deaf =
                new DnsConfig(
                        List.of(new InetSocketAddress(Ip.parse("127.0.0.1"), 9)),
                        Duration.ofMillis(50),
                        1);
        try (CachingDnsClient dns =
                CachingDnsClient.of(deaf, TimeSource.system(), DnsListener.NONE)) {
            Reevaluator reevaluator =
                    new Reevaluator(
                            settings.apply(AuthenticatorSettings.of(snapshot.config(), null)),
                            dns,
                            TimeSource.system());
            return new Replay(
                            KeptDirectories.bind(snapshot, TimeSource.system()),
                            reevaluator,
                            org.postern.core.country.Countries.NONE,
                            settings.client())
                    .evaluate(
                            message,
                            reader.evidence(message).orElse(null),
                            message.screened().orElse(null));
        }
    }

    /** Refused because it came from a balancer's address, with the true client in Received. */
    private JournalEvent hairpinned() {
        return Events.message(
                now,
                null,
                "10.0.0.5",
                "ann@own.example",
                new Ruling(
                        Disposition.REJECT,
                        "dmarc-reject",
                        "dmarc.fail.spf-implausible.dkim-none",
                        ""),
                SmtpReply.of(550, "5.7.1", "no"),
                Events.evidence(
                        AuthResult.NONE,
                        AuthResult.FAIL,
                        "10.0.0.5",
                        "own.example",
                        List.of(new Hop(Ip.parse("192.0.2.7"), "mail.own.example"))),
                "bob@example.test");
    }

    @Test
    void aTrustedRelayGivesTheTrueClientAndTheMailWouldPass() throws Exception {
        Replay.Outcome outcome = replay(hairpinned(), "networks.trusted-relays=10.0.0.5/32");
        assertThat(outcome.disposition()).as(outcome.toString()).isEqualTo("accepted");
        assertThat(outcome.wouldPass()).isTrue();
        assertThat(outcome.detail()).contains("spf none → pass", "dmarc fail → pass");
    }

    @Test
    void anotherClientIsSupposed() throws Exception {
        assertThat(replay(hairpinned(), "client-ip=192.0.2.99").disposition())
                .isEqualTo("accepted");
        Replay.Outcome stranger = replay(hairpinned(), "client-ip=203.0.113.1");
        assertThat(stranger.disposition()).isEqualTo("rejected");
        assertThat(stranger.reason()).startsWith("dmarc.fail.spf-fail");
    }

    @Test
    void whatTheRecordDoesNotAnswerIsLabelledLive() throws Exception {
        // the reverse name of another client was never looked up
        assertThat(replay(hairpinned(), "client-ip=192.0.2.99").basis())
                .isEqualTo(Replay.Basis.LIVE);
    }

    @Test
    void withoutReceivedFieldsNothingIsSaidOfATrustedRelay() throws Exception {
        Replay.Outcome outcome =
                replay(
                        Events.rejected(now, "10.0.0.5", "ann@own.example", "bob@example.test"),
                        "networks.trusted-relays=10.0.0.5/32");
        assertThat(outcome.basis()).isEqualTo(Replay.Basis.INSUFFICIENT);
        assertThat(outcome.changed()).isFalse();
        assertThat(outcome.detail()).contains("not recorded");
    }

    @Test
    void aRecipientThatExistsByNowWouldGoOn() throws Exception {
        Replay.Outcome outcome =
                replay(Events.unknown(now, "192.0.2.8", "x@good.example", "bob@example.test"));
        assertThat(outcome.disposition()).isEqualTo("goes-on");
        assertThat(outcome.changed()).isTrue();
        assertThat(
                        replay(
                                        Events.unknown(
                                                now,
                                                "192.0.2.8",
                                                "x@good.example",
                                                "nobody@example.test"))
                                .changed())
                .isFalse();
    }

    /** A domain whose recipients are asked over the network. */
    private void atAnotherPlace(String recipients) {
        more =
                "  away.test:\n    recipients: "
                        + recipients
                        + "\n    downstream: maildir:mail\n"
                        + "policy: { rules: [{ name: no, stage: data, action: reject }] }\n";
    }

    private Path kept(String name) throws IOException {
        Snapshot snapshot = snapshot();
        Path recipients = snapshot.config().data().resolve("recipients");
        Files.createDirectories(recipients);
        String source =
                snapshot.config().domains().get(Domain.of("away.test")).recipients().getFirst()
                                instanceof RecipientSourceConfig.Remote remote
                        ? remote.name()
                        : "none";
        return recipients.resolve(source + name);
    }

    @Test
    void aSourceOverTheNetworkIsAnsweredFromItsLastGoodListAndAskedForNothing() throws Exception {
        atAnotherPlace("{ http: { url: 'https://127.0.0.1:9/list.json' } }");
        JournalEvent taken =
                Events.accepted(now, 1, "192.0.2.7", "ann@good.example", "bob@away.test");
        JournalEvent refused =
                Events.unknown(now, "192.0.2.8", "x@good.example", "nobody@away.test");
        for (JournalEvent event : List.of(taken, refused)) {
            Replay.Outcome unsaid = replay(event);
            assertThat(unsaid.basis()).as(unsaid.toString()).isEqualTo(Replay.Basis.INSUFFICIENT);
            assertThat(unsaid.changed()).isFalse();
            assertThat(unsaid.detail()).contains("@away.test", "has never been loaded");
        }
        Path list = kept(".yaml");
        Files.writeString(list, "domains: [away.test]\nrecipients:\n  - bob@away.test\n");
        Replay.Outcome now = replay(taken);
        assertThat(now.rule()).as(now.toString()).isEqualTo("no");
        Replay.Outcome still = replay(refused);
        assertThat(still.basis()).as(still.toString()).isEqualTo(Replay.Basis.RECORDED);
        assertThat(still.changed()).isFalse();
        try (var files = Files.list(list.getParent())) {
            assertThat(files).containsExactly(list);
        }
    }

    @Test
    void aCallOutIsAnsweredFromWhatItRemembers() throws Exception {
        atAnotherPlace("{ callout: { downstream: 'smtp://127.0.0.1:9' } }");
        JournalEvent taken =
                Events.accepted(now, 1, "192.0.2.7", "ann@good.example", "bob@away.test");
        assertThat(replay(taken).basis()).isEqualTo(Replay.Basis.INSUFFICIENT);
        Files.writeString(kept(".txt"), "bob@away.test # " + now + "\n");
        assertThat(replay(taken).rule()).isEqualTo("no");
    }

    private static final DnsblHit LISTED =
            new DnsblHit("bl", "bl.example", Subject.CLIENT, "192.0.2.7", 5, "127.0.0.4", "See bl");

    private JournalEvent.Refusal refused(Ruling ruling, Screening screening) {
        return Events.screened(
                Events.unknown(now, "192.0.2.7", "x@good.example", "bob@example.test"),
                ruling,
                screening);
    }

    private JournalEvent.Refusal listed() {
        return refused(
                new Ruling(Disposition.REJECT, "dnsbl", "dnsbl.client", ""),
                new Screening(
                        new DnsblVerdict(List.of(LISTED), List.of(), 0),
                        List.of(),
                        List.of(),
                        null));
    }

    @Test
    void whatDnsListsSaidIsWeighedAgain() throws Exception {
        more =
                """
                dnsbl: { threshold: 5, lists: [{ name: b, zone: bl.example, weight: 5 }] }
                """;
        assertThat(replay(listed()).reason()).isEqualTo("dnsbl.client");
        more = more.replace("threshold: 5", "threshold: 6");
        assertThat(replay(listed()).disposition()).isEqualTo("goes-on");
        more = more.replace("weight: 5", "weight: 6, codes: [127.0.0.2-3]");
        assertThat(replay(listed()).disposition()).isEqualTo("goes-on");
        more = "";
        assertThat(replay(listed()).disposition()).isEqualTo("goes-on");
    }

    @Test
    void aListKnowsNothingOfAClientThatIsSupposed() throws Exception {
        more = "dnsbl: { threshold: 5, lists: [{ name: b, zone: bl.example, weight: 5 }] }\n";
        assertThat(replay(listed(), "client-ip=203.0.113.1").disposition()).isEqualTo("goes-on");
    }

    @Test
    void whoHadToComeBackHasToAgainUnlessTheConfigurationSparesThem() throws Exception {
        JournalEvent waiting =
                refused(
                        new Ruling(Disposition.DEFER, "greylisting", "greylisting.new", ""),
                        new Screening(null, List.of("new"), List.of(), null));
        more = "greylisting: { mode: enforce }\n";
        assertThat(replay(waiting).reason()).isEqualTo("greylisting.new");
        more = "greylisting: { mode: enforce, pools: [192.0.2.0/24] }\n";
        assertThat(replay(waiting).disposition()).isEqualTo("goes-on");
        more = "greylisting: { mode: observe }\n";
        assertThat(replay(waiting).disposition()).isEqualTo("goes-on");
    }

    @Test
    void aNullSendersMessageThatIsTaggedHasToWaitAsInTheSession() throws Exception {
        JournalEvent waiting =
                Events.screened(
                        Events.message(
                                now,
                                null,
                                "192.0.2.7",
                                "",
                                new Ruling(Disposition.DEFER, "greylisting", "greylisting.new", ""),
                                SmtpReply.of(451, "4.7.1", "Come back"),
                                Events.evidence(
                                        AuthResult.NONE,
                                        AuthResult.NONE,
                                        "192.0.2.7",
                                        "good.example",
                                        List.of()),
                                "bob@example.test"),
                        new Screening(null, List.of("new"), List.of(), null));
        more =
                """
                greylisting: { mode: enforce }
                policy: { rules: [{ name: of-all, stage: data, action: tag }] }
                """;
        assertThat(replay(waiting).reason()).isEqualTo("greylisting.new");
        more = more.replace("enforce", "observe");
        assertThat(replay(waiting).disposition()).isEqualTo("tagged");
    }

    @Test
    void whatScannersSaidHoldsUnderOtherRules() throws Exception {
        JournalEvent.Message taken =
                Events.message(
                        now,
                        new org.postern.core.mail.QueueId(1),
                        "192.0.2.7",
                        "ann@own.example",
                        new Ruling(Disposition.ACCEPT, "default", "default.accept", ""),
                        SmtpReply.of(250, "2.0.0", "Ok"),
                        Events.evidence(
                                AuthResult.PASS,
                                AuthResult.PASS,
                                "192.0.2.7",
                                "own.example",
                                List.of()),
                        "bob@example.test");
        JournalEvent spam =
                Events.screened(
                        taken,
                        new Screening(
                                null,
                                List.of(),
                                List.of(
                                        new ScanResult(
                                                ScanResult.Scanner.RSPAMD,
                                                ScanResult.Outcome.SPAM,
                                                7.5,
                                                15,
                                                List.of("GTUBE=7.50"),
                                                "add header")),
                                null));
        more = "scanners: { rspamd: { address: '127.0.0.1:11333' } }\n";
        assertThat(replay(spam).disposition()).isEqualTo("accepted");
        more +=
                "policy: { rules: [{ name: dirty, stage: data, when: { spam-score-over: 7 },"
                        + " action: quarantine }] }\n";
        Replay.Outcome held = replay(spam);
        assertThat(held.disposition()).as(held.toString()).isEqualTo("quarantined");
        assertThat(held.rule()).isEqualTo("dirty");
    }

    @Test
    void aDomainsOwnRulesDecideForItsRecipients() throws Exception {
        ofDomain =
                """
                    policy:
                      rules:
                        - { name: ours, stage: data, when: { dmarc: pass }, action: quarantine }
                """;
        Replay.Outcome outcome =
                replay(
                        Events.accepted(
                                now, 1, "192.0.2.7", "ann@good.example", "bob@example.test"));
        assertThat(outcome.rule()).as(outcome.toString()).isEqualTo("ours");
        assertThat(outcome.disposition()).isEqualTo("quarantined");
    }

    @Test
    void whatWasDecidedFromMemoryStandsAsItWasDecided() throws Exception {
        Replay.Outcome held =
                replay(
                        Events.message(
                                now,
                                new QueueId(7),
                                "192.0.2.7",
                                "ann@good.example",
                                new Ruling(
                                        Disposition.QUARANTINE,
                                        "anomalous-sender",
                                        "reputation.anomaly",
                                        ""),
                                SmtpReply.of(250, "2.0.0", "Ok"),
                                Events.evidence(
                                        AuthResult.PASS,
                                        AuthResult.PASS,
                                        "192.0.2.7",
                                        "good.example"),
                                "bob@example.test"));
        assertThat(held.changed()).as(held.toString()).isFalse();
        assertThat(held.wouldPass()).as("a release would let it go").isFalse();
        assertThat(held.detail()).contains("anomalous-sender stands");
    }

    private JournalEvent trapped(String... to) {
        return Events.message(
                now,
                new QueueId(8),
                "192.0.2.7",
                "ann@good.example",
                new Ruling(Disposition.QUARANTINE, "spam-trap", "reputation.trap", ""),
                SmtpReply.of(250, "2.0.0", "Ok"),
                Events.evidence(AuthResult.PASS, AuthResult.PASS, "192.0.2.7", "good.example"),
                to);
    }

    @Test
    void aMessageToASpamTrapIsAnsweredAsInTheSession() throws Exception {
        more = "reputation: { spam-traps: [old@example.test] }\n";
        Replay.Outcome same = replay(trapped("old@example.test"));
        assertThat(same.changed()).as(same.toString()).isFalse();
        assertThat(same.rule()).isEqualTo("spam-trap");
        assertThat(replay(trapped("old@example.test", "bob@example.test")).disposition())
                .as("one of them has a mailbox")
                .isEqualTo("accepted");
        assertThat(replay(trapped("older@example.test")).reason()).isEqualTo("recipient.unknown");
        more = "";
        assertThat(replay(trapped("bob@example.test")).disposition())
                .as("it is no trap any more")
                .isEqualTo("accepted");
    }

    @Test
    void aMessageToWhatHasBecomeATrapWouldBeHeldAndOneThatIsRefusedAnywayIsRefused()
            throws Exception {
        JournalEvent accepted =
                Events.accepted(now, 1, "192.0.2.7", "ann@good.example", "old@example.test");
        more = "reputation: { spam-traps: [old@example.test] }\n";
        Replay.Outcome held = replay(accepted);
        assertThat(held.rule()).as(held.toString()).isEqualTo("spam-trap");
        assertThat(held.disposition()).isEqualTo("quarantined");
        more += "policy: { rules: [{ name: no, stage: data, action: reject }] }\n";
        assertThat(replay(accepted).rule()).isEqualTo("no");
    }

    private JournalEvent.Refusal refused(String to) {
        return new JournalEvent.Refusal(
                now,
                Stage.RCPT,
                Events.client("192.0.2.7"),
                ReversePath.of(EmailAddress.of("x@good.example")),
                EmailAddress.of(to),
                new Ruling(Disposition.REJECT, "foreign-domain", "recipient.foreign-domain", ""),
                SmtpReply.of(550, "5.7.1", "no"),
                List.of(),
                null,
                1);
    }

    @Test
    void anAddressLiteralAndAQuotedLocalPartAreDecidedAsInTheSession() throws Exception {
        for (String to : List.of("doctor@[192.0.2.1]", "\"a b\"@elsewhere.example")) {
            Replay.Outcome outcome = replay(refused(to));
            assertThat(outcome.basis()).as(outcome.toString()).isEqualTo(Replay.Basis.RECORDED);
            assertThat(outcome.rule()).isEqualTo("foreign-domain");
            assertThat(outcome.changed()).isFalse();
        }
    }

    @Test
    void ofHashedRecipientsNobodyIsLookedUp() throws Exception {
        privacy = JournalConfig.Privacy.HASHED;
        Replay.Outcome unknown =
                replay(Events.unknown(now, "192.0.2.8", "x@good.example", "bob@example.test"));
        assertThat(unknown.basis()).isEqualTo(Replay.Basis.INSUFFICIENT);
        assertThat(unknown.detail()).contains("journal.privacy");
        Replay.Outcome content = replay(hairpinned(), "networks.trusted-relays=10.0.0.5/32");
        assertThat(content.disposition()).as(content.toString()).isEqualTo("accepted");
    }

    @Test
    void whatCannotBeSetIsRefusedWithWhatCan() throws Exception {
        Snapshot snapshot = snapshot();
        assertThatThrownBy(() ->
                        Settings.parse(
                                List.of("spool.segment-size=1"), snapshot.config().networks()))
                .hasMessageContaining("client-ip");
    }
}
