package org.postern.app.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.GreylistingConfig;
import org.postern.core.greylist.Greylist;
import org.postern.core.greylist.GreylistAnswer;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;
import org.postern.core.time.ManualTimeSource;
import org.slf4j.LoggerFactory;

/** Whatever becomes of its files, greylisting says so and goes on. */
class GreylistKeeperTest {
    private static final GreylistingConfig CONFIG =
            new GreylistingConfig(
                    GreylistingConfig.Mode.ENFORCE,
                    Duration.ofMinutes(5),
                    Duration.ofDays(2),
                    Duration.ofDays(35),
                    1_000,
                    List.of(),
                    List.of());
    private static final InetAddress CLIENT = Ip.parse("192.0.2.9");
    private static final ReversePath SENDER = ReversePath.of(EmailAddress.of("a@s.example"));

    @TempDir Path folder;

    private final Metrics metrics = new Metrics();
    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private final ListAppender<ILoggingEvent> told = new ListAppender<>();
    private final List<GreylistKeeper> started = new ArrayList<>();

    @BeforeEach
    void listen() {
        told.start();
        logger().addAppender(told);
    }

    @AfterEach
    void close() {
        logger().detachAppender(told);
        started.forEach(GreylistKeeper::close);
        metrics.close();
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger("greylisting");
    }

    private GreylistKeeper start() {
        GreylistKeeper keeper = new GreylistKeeper(folder, () -> CONFIG, metrics, time);
        started.add(keeper);
        keeper.start();
        return keeper;
    }

    private GreylistAnswer come(GreylistKeeper keeper, String recipient) {
        Greylist greylist = keeper.greylist();
        return greylist.come(
                greylist.triplet(CLIENT, SENDER, EmailAddress.of(recipient)),
                CONFIG,
                time.instant());
    }

    private static void isNew(GreylistAnswer answer) {
        assertThat(answer)
                .isEqualTo(new GreylistAnswer.Wait(GreylistAnswer.Why.NEW, Duration.ofMinutes(5)));
    }

    private void awaitSize(String file, long octets) {
        await(file)
                .atMost(Duration.ofSeconds(20))
                .until(() ->
                        Files.exists(folder.resolve(file))
                                && Files.size(folder.resolve(file)) == octets);
    }

    private String log() {
        return told.list.stream().map(ILoggingEvent::getFormattedMessage).toList().toString();
    }

    private static String status(GreylistKeeper keeper) {
        return keeper.helper().orElseThrow().detail();
    }

    @Test
    void aKilledOneLosesNothingThatWasAppended() {
        GreylistKeeper killed = start();
        isNew(come(killed, "first@example.test"));
        awaitSize("greylist", 48 + 24 + 16);
        isNew(come(killed, "second@example.test"));
        awaitSize("greylist.log", 2 * 28);
        time.advance(Duration.ofMinutes(5));
        GreylistKeeper next = start();
        for (String recipient : List.of("first@example.test", "second@example.test")) {
            assertThat(come(next, recipient)).isEqualTo(new GreylistAnswer.Passed(true));
        }
        assertThat(status(next)).doesNotContain("LOST");
    }

    @ParameterizedTest
    @CsvSource({
        "greylist,     notes,    damaged, does not begin as such a file does",
        "greylist,     cut,      damaged, which no whole file has",
        "greylist,     flipped,  damaged, its checksum is wrong",
        "greylist,     newer,    newer,   a newer version wrote it",
        "greylist.log, notes,    damaged, does not begin as such a file does",
        "greylist.log, newer,    newer,   a newer version wrote it",
    })
    void aFileThatCannotBeUsedIsPutAsideAndToldAndMailGoesOn(
            String file, String how, String ending, String words) throws IOException {
        GreylistKeeper before = start();
        isNew(come(before, "first@example.test"));
        awaitSize("greylist", 48 + 24 + 16);
        isNew(come(before, "second@example.test"));
        awaitSize("greylist.log", 2 * 28);
        byte[] whole = Files.readAllBytes(folder.resolve(file));
        byte[] changed = whole.clone();
        switch (how) {
            case "cut" -> changed = Arrays.copyOf(whole, whole.length - 5);
            case "flipped" -> changed[whole.length / 2] ^= 1;
            case "newer" -> changed[7] = '9';
            default ->
                    changed =
                            "notes of somebody who found this a fine place for them"
                                    .getBytes(StandardCharsets.US_ASCII);
        }
        Files.write(folder.resolve(file), changed);
        GreylistKeeper keeper = start();
        Path aside = folder.resolve(file + "." + ending);
        assertThat(aside).hasBinaryContent(changed);
        assertThat(log()).contains("cannot be used: ", words, aside.toString());
        assertThat(status(keeper)).contains("some of before are LOST: ", words);
        isNew(come(keeper, "third@example.test"));
        if (file.equals("greylist")) {
            assertThat(folder.resolve("greylist.log.damaged"))
                    .as("made with the key of the table that is gone")
                    .exists();
        }
    }

    @Test
    void whatIsNotEvenReadableIsPutAsideToo() throws IOException {
        Files.createDirectories(folder.resolve("greylist/x"));
        GreylistKeeper keeper = start();
        assertThat(folder.resolve("greylist.unread/x")).exists();
        assertThat(log()).contains("cannot be read, so that some are new");
        isNew(come(keeper, "first@example.test"));
        awaitSize("greylist", 48 + 24 + 16);
    }

    @Test
    void aTableOfTheFormBeforeIsWrittenAnewAtOnceAndSaid() throws IOException {
        ByteBuffer former = ByteBuffer.allocate(16 + 24 + 16);
        former.putLong(0x5053_544e_4752_4c31L).putLong(0).putLong(7).putLong(7);
        former.putLong(0x0cdd_0000_0cdd_0000L);
        CRC32C crc = new CRC32C();
        crc.update(former.array(), 0, former.position());
        former.putLong(1).putLong(crc.getValue());
        Path table = Files.write(folder.resolve("greylist"), former.array());
        start();
        assertThat(log())
                .contains("is of the form before, without a key: its 1 triplets are taken over");
        awaitSize("greylist", 48 + 24 + 16);
        assertThat(Files.getPosixFilePermissions(table))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void aFullDiskIsToldAndMailGoesOnAndWhatCameMeanwhileIsKeptInTheEnd() throws IOException {
        Path inTheWay = Files.createDirectories(folder.resolve("greylist.new/x"));
        GreylistKeeper keeper = start();
        isNew(come(keeper, "first@example.test"));
        await().atMost(Duration.ofSeconds(20)).until(() -> status(keeper).contains("NOT SAVED"));
        assertThat(keeper.helper().orElseThrow().well()).isFalse();
        assertThat(folder.resolve("greylist.log"))
                .as("no log of a key that nobody has")
                .doesNotExist();
        isNew(come(keeper, "second@example.test"));
        Files.delete(inTheWay);
        Files.deleteIfExists(folder.resolve("greylist.new"));
        time.advance(Duration.ofMinutes(1));
        awaitSize("greylist", 48 + 2 * 24 + 16);
        await().atMost(Duration.ofSeconds(20)).until(() -> keeper.helper().orElseThrow().well());
    }

    @Test
    void whereNothingIsGreylistedNoFileIsMade() {
        GreylistKeeper keeper = start();
        keeper.close();
        assertThat(folder).isEmptyDirectory();
    }
}
