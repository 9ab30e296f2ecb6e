package org.postern.core.greylist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The changes since the table was last saved, whole or cut anywhere. */
class GreylistLogTest extends GreylistFixture {
    private GreylistLog appended(Path path) throws IOException {
        GreylistLog log = GreylistLog.begin(path, greylist);
        log.append(drained());
        return log;
    }

    private long[] drained() {
        long[] changes = greylist.drain();
        return changes == null ? new long[0] : changes;
    }

    private String replayed(Path path, Duration after) throws IOException {
        Greylist again = new Greylist(KEY);
        assertThat(GreylistLog.replay(path, again, 1_000))
                .isInstanceOf(GreylistLog.Read.Replayed.class);
        return word(again.come(triplet("a@s.example"), config(1_000), START.plus(after)));
    }

    @Test
    void whatWasAppendedIsThereThoughNothingWasSavedWhole() throws IOException {
        Path path = folder.resolve("greylist.log");
        come("a@s.example", Duration.ZERO);
        try (GreylistLog log = appended(path)) {
            assertThat(replayed(path, Duration.ofMinutes(1))).isEqualTo("early 240");
            come("a@s.example", Duration.ofMinutes(5));
            log.append(drained());
            assertThat(replayed(path, Duration.ofMinutes(1))).isEqualTo("passed");
            assertThat(log.size()).isEqualTo(3 * 28);
            log.clear(greylist);
            assertThat(replayed(path, Duration.ofMinutes(5))).isEqualTo("new 300");
        }
    }

    @Test
    void aLogThatIsCutOrChangedAnywhereIsBelievedUpToThere() throws IOException {
        Path path = folder.resolve("greylist.log");
        come("a@s.example", Duration.ZERO);
        come("a@s.example", Duration.ofMinutes(5));
        appended(path).close();
        byte[] whole = Files.readAllBytes(path);
        for (int i = 2 * 28; i < whole.length; i++) {
            byte[] changed = whole.clone();
            changed[i] ^= 1;
            Files.write(path, i % 2 == 0 ? changed : Arrays.copyOf(whole, i));
            // the first record alone: it still waits
            assertThat(replayed(path, Duration.ofSeconds(299))).as("at %s", i).isEqualTo("early 1");
            assertThat(GreylistLog.replay(path, new Greylist(KEY), 1_000))
                    .as("at %s", i)
                    .isEqualTo(new GreylistLog.Read.Replayed(1, false, Files.size(path) - 2 * 28));
        }
    }

    @Test
    void anOlderStateOfATripletNeverTakesThePlaceOfALaterOne() throws IOException {
        Path path = folder.resolve("greylist.log");
        come("a@s.example", Duration.ZERO);
        appended(path).close();
        come("a@s.example", Duration.ofMinutes(5));
        GreylistFile file = new GreylistFile(folder.resolve("greylist"));
        file.save(greylist);
        // killed between writing the whole and emptying the log
        Greylist again = new Greylist();
        file.load(again, 1_000);
        assertThat(GreylistLog.replay(path, again, 1_000))
                .isEqualTo(new GreylistLog.Read.Replayed(1, false, 0));
        assertThat(word(again.come(triplet("a@s.example"), config(1_000), START.plusSeconds(400))))
                .isEqualTo("passed");
        assertThat(again.waiting()).isZero();
    }

    @Test
    void aLogOfTheFormBeforeIsReplayedAndOneOfAnotherTableIsNot() throws IOException {
        Path path = folder.resolve("greylist.log");
        come("a@s.example", Duration.ZERO);
        appended(path).close();
        byte[] today = Files.readAllBytes(path);
        Files.write(path, Arrays.copyOfRange(today, 28, today.length));
        assertThat(GreylistLog.replay(path, new Greylist(KEY), 10))
                .isEqualTo(new GreylistLog.Read.Replayed(1, true, 0));
        Files.write(path, today);
        Greylist other = new Greylist();
        assertThat(GreylistLog.replay(path, other, 10))
                .isEqualTo(
                        new GreylistLog.Read.Foreign(
                                "the table that it goes with is gone",
                                folder.resolve("greylist.log.damaged")));
        assertThat(other.entries()).isZero();
        assertThat(path).doesNotExist();
    }

    @Test
    void whatIsNoLogAtAllIsPutAsideAndATornBeginningIsNone() throws IOException {
        Path path = folder.resolve("greylist.log");
        Files.writeString(path, "somebody's notes, which are longer than a record");
        assertThat(GreylistLog.replay(path, new Greylist(), 10))
                .isInstanceOf(GreylistLog.Read.Foreign.class);
        assertThat(folder.resolve("greylist.log.damaged")).exists();
        GreylistLog.begin(path, greylist).close();
        byte[] head = Files.readAllBytes(path);
        for (int length = 0; length < head.length; length++) {
            Files.write(path, Arrays.copyOf(head, length));
            assertThat(GreylistLog.replay(path, new Greylist(KEY), 10))
                    .isEqualTo(new GreylistLog.Read.Replayed(0, false, length));
        }
        Files.delete(path);
        assertThat(GreylistLog.replay(path, new Greylist(KEY), 10))
                .isEqualTo(new GreylistLog.Read.None());
    }
}
