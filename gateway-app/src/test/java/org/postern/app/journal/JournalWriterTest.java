package org.postern.app.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.JournalConfig;
import org.postern.core.dnsbl.DnsblHit;
import org.postern.core.dnsbl.DnsblVerdict;
import org.postern.core.dnsbl.Subject;
import org.postern.core.journal.JournalEvent;
import org.postern.core.journal.Ruling;
import org.postern.core.journal.Screening;
import org.postern.core.mail.QueueId;
import org.postern.core.policy.Disposition;
import org.postern.core.scan.ScanResult;
import org.postern.core.time.TimeSource;

class JournalWriterTest {
    private final Instant now = Instant.now();

    @TempDir Path folder;

    private static JournalConfig config(JournalConfig.Privacy privacy) {
        return new JournalConfig(true, Duration.ofDays(30), 1L << 30, 1_000, false, privacy);
    }

    private void write(JournalConfig config, JournalEvent... events) throws IOException {
        try (Metrics metrics = new Metrics();
                JournalWriter writer =
                        new JournalWriter(config, folder, 0, metrics, TimeSource.system())) {
            for (JournalEvent event : events) {
                writer.append(event);
            }
        }
    }

    private void write(JournalEvent... events) throws IOException {
        write(config(JournalConfig.Privacy.PLAIN), events);
    }

    private List<TracedMessage> find(String option, String value)
            throws JournalException, SelectionException {
        JournalReader reader = new JournalReader(folder);
        return reader.find(reader.select(Map.of(option, List.of(value)), now.plusSeconds(60)), 100);
    }

    private List<String> story(String id) throws JournalException {
        return Story.of(new JournalReader(folder), id).stream().map(Story.Step::text).toList();
    }

    private List<String> ask(String sql) throws SQLException, IOException {
        List<String> rows = new ArrayList<>();
        for (DayFiles.DayFile file : new DayFiles(folder).list()) {
            try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + file.path());
                    Statement s = db.createStatement();
                    ResultSet r = s.executeQuery(sql)) {
                while (r.next()) {
                    rows.add(r.getString(1));
                }
            }
        }
        return rows;
    }

    @Test
    void aMessageIsFoundByEverythingThatNamesIt() throws Exception {
        write(
                Events.accepted(now, 1_000_000, "192.0.2.7", "Ann@example.org", "bob@example.test"),
                Events.accepted(
                        now, 1_000_001, "203.0.113.9", "eve@evil.example", "c@example.test"));
        String id = new QueueId(1_000_000).toString();
        for (Map.Entry<String, String> by :
                Map.of(
                                "id", id,
                                "from", "ann@EXAMPLE.org",
                                "to", "bob@example.test",
                                "client", "192.0.2.0/24",
                                "verdict", "dmarc=pass")
                        .entrySet()) {
            assertThat(find(by.getKey(), by.getValue()))
                    .as(by.toString())
                    .anyMatch(m -> id.equals(m.id()));
        }
        assertThat(find("from", "@example.org")).hasSize(1);
        assertThat(find("client", "198.51.100.0/24")).isEmpty();
        assertThat(find("reason", "default")).hasSize(2);
        assertThat(find("reason", "default.")).hasSize(2);
        assertThat(find("reason", "default.acc")).isEmpty();
        assertThat(find("state", "rejected")).isEmpty();
        assertThat(find("since", "1h")).hasSize(2);
        assertThat(find("until", "1h")).isEmpty();
    }

    @Test
    void refusedMailIsFoundByItsRecipientToo() throws Exception {
        write(
                Events.unknown(now, "192.0.2.7", "a@example.org", "nobody@example.test"),
                Events.rejected(now, "10.0.0.5", "a@example.org", "bob@example.test"));
        TracedMessage unknown = find("to", "nobody@example.test").getFirst();
        assertThat(unknown.disposition()).isEqualTo("rejected");
        assertThat(unknown.stage()).isEqualTo("rcpt");
        assertThat(unknown.reply()).startsWith("550 5.1.1");
        assertThat(find("verdict", "spf=fail")).hasSize(1);
        assertThat(find("reason", "dmarc.fail")).hasSize(1);
        assertThat(find("reason", "dmarc-reject")).as("a rule's name").hasSize(1);
    }

    @Test
    void aStoryTellsEveryStepInOrderInWords() throws Exception {
        QueueId id = new QueueId(5_000);
        write(
                Events.accepted(now, 5_000, "192.0.2.7", "a@example.org", "b@example.test"),
                Events.attempt(now, 5_000, "b@example.test", "deferred", "450 4.2.1 later"),
                new JournalEvent.Operation(now, "carol", "hold", "P1", List.of(id), 1, "looks odd"),
                Events.attempt(now, 5_000, "b@example.test", "delivered", "250 ok"));
        List<String> story = story(id.toString());
        assertThat(story)
                .containsSubsequence(
                        "from 192.0.2.7 as mail.example.org over TLS: <a@example.org> to"
                                + " <b@example.test>, 10.0 KB",
                        "SPF pass, domain example.org, mechanism ip4:192.0.2.0/24 [spf.pass]",
                        "deferred for <b@example.test> by store in attempt 1 after 12 ms: 450"
                                + " 4.2.1 later; next try in 5m",
                        "carol: hold by plan P1, because looks odd",
                        "delivered for <b@example.test> by store in attempt 1 after 12 ms: 250 ok",
                        "every recipient has it; the spool has let it go");
    }

    private static Screening screening() {
        return new Screening(
                new DnsblVerdict(
                        List.of(
                                new DnsblHit(
                                        "zen",
                                        "zen.example",
                                        Subject.CLIENT,
                                        "192.0.2.7",
                                        3,
                                        "127.0.0.4",
                                        "See \"zen\"")),
                        List.of("slow"),
                        0),
                List.of("came-back"),
                List.of(
                        new ScanResult(
                                ScanResult.Scanner.RSPAMD,
                                ScanResult.Outcome.SPAM,
                                7.25,
                                15,
                                List.of("GTUBE=7.00", "X=0.25"),
                                "add header"),
                        ScanResult.of(
                                ScanResult.Scanner.CLAMAV, ScanResult.Outcome.FAILED, "no \"")),
                null);
    }

    @Test
    void whatElseAMessageWasLookedAtForIsToldInTheStory() throws Exception {
        JournalEvent.Message plain =
                Events.accepted(now, 1_000_000, "192.0.2.7", "ann@example.org", "bob@example.test");
        write(plain, Events.screened(plain, screening()));
        assertThat(ask("SELECT count(*) FROM screening")).containsExactly("1");
        assertThat(story(plain.id() + ""))
                .containsSubsequence(
                        "DNS lists +3: zen=127.0.0.4 (client 192.0.2.7, +3), slow did not answer",
                        "greylisting: came-back",
                        "rspamd spam, 7.25 of 15.0: add header [GTUBE=7.00, X=0.25]",
                        "clamav failed: no \"");
    }

    @Test
    void aFileFromBeforeThatTableIsReadAndWrittenOn() throws Exception {
        JournalEvent.Message plain =
                Events.accepted(now, 1_000_000, "192.0.2.7", "ann@example.org", "bob@example.test");
        write(plain);
        for (DayFiles.DayFile file : new DayFiles(folder).list()) {
            try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + file.path());
                    Statement s = db.createStatement()) {
                s.execute("DROP TABLE screening");
            }
        }
        assertThat(story(plain.id() + "")).isNotEmpty();
        write(Events.screened(plain, screening()));
        assertThat(story(plain.id() + "")).contains("greylisting: came-back");
    }

    @Test
    void theSameEvidenceAndTheSameAnswersAreKeptOnce() throws Exception {
        JournalEvent[] events = new JournalEvent[50];
        for (int i = 0; i < events.length; i++) {
            events[i] =
                    Events.accepted(now, 100 + i, "192.0.2.7", "a@example.org", "b@example.test");
        }
        write(events);
        assertThat(ask("SELECT count(*) FROM message")).containsExactly("50");
        assertThat(ask("SELECT count(*) FROM evidence")).containsExactly("1");
        assertThat(ask("SELECT count(*) FROM dns")).containsExactly("2");
    }

    @Test
    void aRestartGoesOnInTheSameFile() throws Exception {
        write(Events.accepted(now, 1, "192.0.2.7", "a@example.org", "b@example.test"));
        write(Events.accepted(now, 2, "192.0.2.7", "a@example.org", "b@example.test"));
        assertThat(find("to", "b@example.test")).hasSize(2);
        assertThat(ask("SELECT count(*) FROM address")).containsExactly("2");
    }

    @Test
    void theShellsViewShowsMailAsPeopleReadIt() throws Exception {
        write(
                Events.accepted(
                        now, 1, "192.0.2.7", "a@example.org", "b@example.test", "c@example.test"));
        assertThat(ask("SELECT sender || ' ' || recipients || ' ' || spf FROM mail"))
                .containsExactly("a@example.org b@example.test c@example.test pass");
    }

    @Test
    void hashedAddressesAreFoundByTheExactAddressAndStandNowhereInTheFile() throws Exception {
        write(
                config(JournalConfig.Privacy.HASHED),
                Events.accepted(
                        now, 1, "192.0.2.7", "secret.sender@example.org", "bob@example.test"),
                Events.unknown(now, "192.0.2.7", "a@example.org", "hidden.name@example.test"));
        assertThat(find("from", "Secret.Sender@example.org")).hasSize(1);
        assertThat(find("to", "hidden.name@example.test")).hasSize(1);
        assertThat(find("to", "@example.test")).hasSize(2);
        assertThat(find("from", "secret.sendes@example.org")).isEmpty();
        for (DayFiles.DayFile file : new DayFiles(folder).list()) {
            String octets =
                    Files.readString(file.path(), java.nio.charset.StandardCharsets.ISO_8859_1);
            assertThat(octets).doesNotContain("secret.sender").doesNotContain("hidden.name");
        }
        assertThat(Files.getPosixFilePermissions(folder.resolve(Privacy.KEY_FILE)))
                .containsExactlyInAnyOrder(
                        PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    }

    @Test
    void whatRulesInModeObserveWouldHaveHitCanBeAskedFor() throws Exception {
        Ruling would = new Ruling(Disposition.REJECT, "new-rule", "policy.new-rule", "");
        Ruling other = new Ruling(Disposition.TAG, "rule", "policy.rule", "");
        JournalEvent.Message plain =
                Events.accepted(now, 1, "192.0.2.7", "a@example.org", "b@example.test");
        write(
                plain,
                Events.observed(
                        Events.accepted(now, 2, "192.0.2.7", "a@example.org", "c@example.test"),
                        List.of(would)),
                Events.observed(
                        Events.accepted(now, 3, "192.0.2.7", "a@example.org", "d@example.test"),
                        List.of(other, would)));
        assertThat(find("verdict", "observed=new-rule")).hasSize(2);
        assertThat(find("verdict", "observed=rule")).hasSize(1);
        assertThat(find("verdict", "observed=policy.new-rule")).hasSize(2);
        assertThat(find("verdict", "observed=policy.new")).isEmpty();
        assertThat(find("verdict", "observed=any")).hasSize(2);
        JournalReader reader = new JournalReader(folder);
        Impact impact =
                Impact.of(
                        reader,
                        reader.select(
                                Map.of("verdict", List.of("observed=any")), now.plusSeconds(60)));
        assertThat(impact.observed())
                .containsExactly(
                        new Impact.Count("new-rule would reject: policy.new-rule", 2),
                        new Impact.Count("rule would tag: policy.rule", 1));
    }

    @Test
    void aSelectionThatCannotBeMeantSaysWhatIsAllowed() {
        assertThatThrownBy(() -> find("verdict", "dmarc"))
                .isInstanceOf(SelectionException.class)
                .hasMessageContaining("dmarc=fail");
        assertThatThrownBy(() -> find("state", "held")).hasMessageContaining("quarantined");
        assertThatThrownBy(() -> find("from", "no address")).hasMessageContaining("@domain");
    }

    @Test
    void whatFindsNoPlaceInTheQueueIsCountedAndNotedAndNobodyWaits() throws Exception {
        JournalConfig tight =
                new JournalConfig(
                        true,
                        Duration.ofDays(1),
                        1L << 30,
                        100,
                        false,
                        JournalConfig.Privacy.PLAIN);
        long lost;
        try (Metrics metrics = new Metrics();
                JournalWriter writer =
                        new JournalWriter(tight, folder, 0, metrics, TimeSource.system())) {
            JournalEvent event =
                    Events.accepted(now, 1, "192.0.2.7", "a@example.org", "b@example.test");
            for (int i = 0; i < 100_000; i++) {
                writer.append(event);
            }
            lost = writer.lost();
        }
        assertThat(lost).isPositive();
        long kept = Long.parseLong(ask("SELECT count(*) FROM message").getFirst());
        assertThat(kept).isPositive();
        assertThat(kept + lost).isEqualTo(100_000);
    }

    @Test
    void aFloodOfRefusalsLeavesRoomForMailThatWasTaken() throws Exception {
        JournalConfig tight =
                new JournalConfig(
                        true,
                        Duration.ofDays(1),
                        1L << 30,
                        10_000,
                        false,
                        JournalConfig.Privacy.PLAIN);
        JournalEvent refusal =
                Events.unknown(now, "192.0.2.7", "a@example.org", "nobody@example.test");
        long lost;
        try (Metrics metrics = new Metrics();
                JournalWriter writer =
                        new JournalWriter(tight, folder, 0, metrics, TimeSource.system())) {
            for (int i = 0; i < 500; i++) {
                for (int j = 0; j < 400; j++) {
                    writer.append(refusal);
                }
                writer.append(
                        Events.accepted(
                                now, i + 1, "192.0.2.8", "c@example.org", "b@example.test"));
            }
            lost = writer.lost();
            assertThat(writer.missing().orElse("")).endsWith("refusals-shed");
        }
        assertThat(lost).isPositive();
        assertThat(ask("SELECT count(*) FROM message WHERE qid IS NOT NULL"))
                .containsExactly("500");
        JournalReader reader = new JournalReader(folder);
        Instant later = Instant.now().plusSeconds(60);
        assertThat(reader.lost(reader.select(Map.of("since", List.of("1h")), later)))
                .isEqualTo(lost);
        assertThat(reader.lost(reader.select(Map.of(), later))).isEqualTo(lost);
        assertThat(reader.lost(reader.select(Map.of("older-than", List.of("1h")), later))).isZero();
    }

    @Test
    void withoutRoomOnTheDiskTheJournalGivesWay() throws Exception {
        try (Metrics metrics = new Metrics();
                JournalWriter writer =
                        new JournalWriter(
                                config(JournalConfig.Privacy.PLAIN),
                                folder,
                                Long.MAX_VALUE / 4,
                                metrics,
                                TimeSource.system())) {
            org.awaitility.Awaitility.await().until(() -> !writer.trouble().isEmpty());
            writer.append(Events.unknown(now, "192.0.2.7", "a@example.org", "b@example.test"));
            org.awaitility.Awaitility.await().until(() -> writer.lost() == 1);
        }
        assertThat(new DayFiles(folder).list()).isEmpty();
    }
}
