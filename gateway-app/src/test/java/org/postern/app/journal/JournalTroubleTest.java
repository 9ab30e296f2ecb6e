package org.postern.app.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.JournalConfig;
import org.postern.core.time.TimeSource;

/** A day's file that is damaged, cut off, held, somebody else's, or that has no room. */
class JournalTroubleTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final JournalConfig CONFIG =
            new JournalConfig(
                    true,
                    Duration.ofDays(30),
                    1L << 30,
                    10_000,
                    false,
                    JournalConfig.Privacy.PLAIN);

    private volatile Instant clock = NOON;

    /** Whether the next who asks for the time finds no memory. */
    private final AtomicBoolean memoryGone = new AtomicBoolean();

    /** A wall clock that is set by hand; intervals are real. */
    private final TimeSource time =
            new TimeSource() {
                @Override
                public Instant instant() {
                    if (memoryGone.getAndSet(false)) {
                        throw new OutOfMemoryError("for the test");
                    }
                    return clock;
                }

                @Override
                public long nanoTime() {
                    return System.nanoTime();
                }
            };

    private final Metrics metrics = new Metrics();

    @TempDir Path folder;

    @AfterEach
    void close() {
        metrics.close();
    }

    private Path today() {
        return folder.resolve("2026-11-22.db");
    }

    private JournalWriter writer() throws IOException {
        return new JournalWriter(CONFIG, folder, 0, metrics, time, Duration.ofMillis(20));
    }

    private void write(int first, int count) throws IOException {
        try (JournalWriter writer = writer()) {
            tell(writer, first, count);
        }
    }

    private static void tell(JournalWriter writer, int first, int count) {
        for (int i = first; i < first + count; i++) {
            writer.append(
                    Events.accepted(
                            NOON, i, "192.0.2.7", "u" + i + "@example.org", "b@example.test"));
        }
    }

    private List<TracedMessage> read(JournalReader reader)
            throws JournalException, SelectionException {
        return reader.find(reader.select(Map.of(), NOON), 100_000);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(n -> !n.endsWith("-shm") && !n.endsWith("-wal"))
                    .sorted()
                    .toList();
        }
    }

    private String scrape() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        metrics.scrape(out, null);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aFileThatWasLeftOutOnceStaysNamedThoughTheNextQuestionSucceeds() throws Exception {
        write(1, 2);
        JournalReader reader = new JournalReader(folder);
        byte[] good = Files.readAllBytes(today());
        Files.writeString(today(), "no journal ".repeat(1_000));
        assertThat(read(reader)).isEmpty();
        Files.write(today(), good);
        assertThat(read(reader)).hasSize(2);
        assertThat(reader.leftOut()).containsOnlyKeys(today().toString());
        assertThat(reader.afresh().leftOut()).isEmpty();
    }

    @Test
    void aStoryNamesTheFileThatItCouldNotRead() throws Exception {
        write(1, 1);
        String id = Objects.requireNonNull(read(new JournalReader(folder)).getFirst().id());
        Files.writeString(folder.resolve("2026-11-21.db"), "no journal ".repeat(1_000));
        assertThat(Story.of(new JournalReader(folder), id))
                .extracting(Story.Step::text)
                .last()
                .asString()
                .contains("not in this story", "2026-11-21.db");
        Files.delete(folder.resolve("2026-11-21.db"));
        assertThat(Story.of(new JournalReader(folder), id))
                .extracting(Story.Step::text)
                .noneMatch(text -> text.contains("not in this story"));
    }

    @Test
    void aFileThatBreaksOffIsInNoPartOfACount() throws Exception {
        write(1, 3);
        try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + today());
                Statement s = db.createStatement()) {
            s.execute("DROP TABLE name"); // read after the addresses
        }
        JournalReader reader = new JournalReader(folder);
        Impact impact = Impact.of(reader, reader.select(Map.of(), NOON.plusSeconds(60)));
        assertThat(reader.leftOut()).containsOnlyKeys(today().toString());
        assertThat(impact.messages()).isZero();
        assertThat(impact.recipients()).isEmpty();
    }

    @Test
    void whatBreaksOffWhileItIsLookedAfterDoesNotEndTheJournal() throws Exception {
        // no instant is so long ago: each look ends with an ArithmeticException
        JournalConfig unbounded =
                new JournalConfig(
                        true,
                        Duration.ofSeconds(Long.MAX_VALUE),
                        1L << 30,
                        10_000,
                        false,
                        JournalConfig.Privacy.PLAIN);
        try (JournalWriter writer =
                new JournalWriter(unbounded, folder, 0, metrics, time, Duration.ofMillis(20))) {
            tell(writer, 1, 1);
            await().until(() -> scrape().contains("postern_journal_events_total 1.0"));
            tell(writer, 2, 1);
            await().until(() -> scrape().contains("postern_journal_events_total 2.0"));
            assertThat(writer.lost()).isZero();
        }
        assertThat(read(new JournalReader(folder))).hasSize(2);
    }

    @Test
    void memoryThatIsGoneForAMomentCostsWhatWasBeingWrittenAndNotTheJournal() throws Exception {
        try (JournalWriter writer = writer()) {
            tell(writer, 1, 1);
            await().until(() -> scrape().contains("postern_journal_events_total 1.0"));
            memoryGone.set(true);
            tell(writer, 2, 1);
            await().until(() -> writer.lost() == 1);
            tell(writer, 3, 1);
        }
        assertThat(read(new JournalReader(folder)))
                .extracting(TracedMessage::from)
                .containsExactly("u1@example.org", "u3@example.org");
        assertThat(scrape()).contains("postern_journal_lost_total{reason=\"failed\"} 1.0");
    }

    @Test
    void aFileThatIsNoDatabaseIsSetAsideAndNothingIsLost() throws Exception {
        Files.writeString(today(), "this was a journal once ".repeat(1_000));
        try (JournalWriter writer = writer()) {
            tell(writer, 1, 5);
            await().until(() -> writer.missing().isPresent() && writer.trouble().isEmpty());
            assertThat(writer.missing().orElseThrow())
                    .contains("2026-11-22.db is damaged", "2026-11-22.db.damaged-1");
        }
        assertThat(names()).containsExactly("2026-11-22.db", "2026-11-22.db.damaged-1");
        assertThat(read(new JournalReader(folder))).hasSize(5);
        assertThat(Files.readString(folder.resolve("2026-11-22.db.damaged-1")))
                .startsWith("this was a journal once");
        assertThat(scrape())
                .contains("postern_journal_set_aside_total 1.0")
                .contains("postern_journal_lost_total{reason=\"failed\"} 0.0");
    }

    @Test
    void aFileThatWasCutOffIsSetAsideAndTheDayGoesOn() throws Exception {
        write(1, 3_000);
        long size = Files.size(today());
        try (FileChannel file = FileChannel.open(today(), StandardOpenOption.WRITE)) {
            file.truncate(size / 3);
        }
        write(5_000, 10);
        assertThat(names()).containsExactly("2026-11-22.db", "2026-11-22.db.damaged-1");
        assertThat(read(new JournalReader(folder))).hasSize(10);
    }

    @Test
    void aFileThatAnotherVersionWroteIsLeftAloneAndTheDayGoesOnInTheNextPart() throws Exception {
        try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + today());
                Statement s = db.createStatement()) {
            s.execute("CREATE TABLE of_the_future(x)");
            s.execute("PRAGMA user_version = 99");
        }
        Path copy = Files.copy(today(), folder.resolve("copy"));
        write(1, 5);
        assertThat(names()).containsExactly("2026-11-22.1.db", "2026-11-22.db", "copy");
        assertThat(Files.mismatch(today(), copy)).isEqualTo(-1);
        JournalReader reader = new JournalReader(folder);
        assertThat(read(reader)).hasSize(5);
        assertThat(reader.leftOut().toString()).contains("version 99");
    }

    @Test
    void aFileThatSomebodyHoldsIsWaitedForAndNothingIsLost() throws Exception {
        write(1, 1);
        try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + today());
                Statement s = db.createStatement();
                JournalWriter writer = writer()) {
            s.execute("BEGIN IMMEDIATE");
            tell(writer, 100, 20);
            await().atMost(Duration.ofSeconds(30)).until(() -> !writer.trouble().isEmpty());
            assertThat(writer.missing().orElseThrow()).contains("cannot be written");
            tell(writer, 200, 20);
            s.execute("ROLLBACK");
            await().atMost(Duration.ofSeconds(30)).until(() -> writer.trouble().isEmpty());
        }
        assertThat(read(new JournalReader(folder))).hasSize(41);
        assertThat(scrape()).contains("postern_journal_lost_total{reason=\"failed\"} 0.0");
    }

    @Test
    void aPlaceThatCannotBeOpenedIsTriedAgainUntilItCan() throws Exception {
        Files.createDirectory(today());
        try (JournalWriter writer = writer()) {
            tell(writer, 1, 20);
            await().until(() -> !writer.trouble().isEmpty());
            assertThat(scrape()).contains("postern_journal_writable 0.0");
            Files.delete(today());
            await().atMost(Duration.ofSeconds(30)).until(() -> writer.trouble().isEmpty());
        }
        assertThat(read(new JournalReader(folder))).hasSize(20);
    }

    @Test
    void aWriterThatStopsWhileTheFileIsAwayCountsWhatIsLost() throws Exception {
        Files.createDirectory(today());
        JournalWriter writer = writer();
        tell(writer, 1, 20);
        await().until(() -> !writer.trouble().isEmpty());
        writer.close();
        assertThat(writer.lost()).isEqualTo(20);
        assertThat(names()).containsExactly("2026-11-22.db");
    }

    @Test
    void aDiskWithoutRoomIsKnownForWhatItIs() throws Exception {
        try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + today());
                Statement s = db.createStatement()) {
            s.execute("CREATE TABLE t(x)");
            s.execute("PRAGMA max_page_count = 4");
            SQLException full = null;
            for (int i = 0; i < 10 && full == null; i++) {
                try {
                    s.execute("INSERT INTO t VALUES(zeroblob(9000))");
                } catch (SQLException e) {
                    full = e;
                }
            }
            assertThat(Sqlite.fault(Objects.requireNonNull(full))).isEqualTo(Sqlite.Fault.FULL);
        }
        assertThat(Sqlite.fault(new IllegalStateException("a mistake of ours")))
                .isEqualTo(Sqlite.Fault.OTHER);
    }

    @Test
    void oneBadDayDoesNotHideTheOthersAndIsNamed() throws Exception {
        write(1, 5);
        clock = clock.plus(Duration.ofDays(1));
        write(10, 5);
        clock = clock.plus(Duration.ofDays(1));
        write(20, 5);
        Path middle = folder.resolve("2026-11-23.db");
        Files.writeString(middle, "no database");
        JournalReader reader = new JournalReader(folder);
        assertThat(read(reader)).hasSize(10);
        assertThat(reader.leftOut()).containsOnlyKeys(middle.toString());
        assertThat(Impact.of(reader, reader.select(Map.of(), NOON)).messages()).isEqualTo(10);
        assertThat(Story.of(reader, new org.postern.core.mail.QueueId(20).toString())).isNotEmpty();
    }

    @Test
    void whatWasSetAsideGoesWithItsDay() throws Exception {
        DayFiles files = new DayFiles(folder);
        Files.writeString(today(), "no database ".repeat(100));
        write(1, 1);
        assertThat(names()).hasSize(2);
        clock = clock.plus(Duration.ofDays(40));
        write(2, 1);
        LocalDate now = LocalDate.ofInstant(time.instant(), ZoneOffset.UTC);
        // the writer's own look may have come first
        files.retain(now.minusDays(30), 1L << 40, files.current(now));
        assertThat(names()).containsExactly(now + ".db");
    }
}
