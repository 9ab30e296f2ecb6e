package org.postern.core.greylist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;

/** The table as a whole on disk: kept, damaged, and of the form before. */
class GreylistFileTest extends GreylistFixture {
    @Test
    void whatIsSavedIsThereAfterARestart() throws IOException {
        come("a@s.example", Duration.ZERO);
        come("b@s.example", Duration.ZERO);
        come("b@s.example", Duration.ofMinutes(5));
        GreylistFile file = new GreylistFile(folder.resolve("greylist"));
        file.save(greylist);
        Greylist again = new Greylist();
        assertThat(file.load(again, 1_000)).isEqualTo(new GreylistFile.Read.Whole(2, false));
        assertThat(again.waiting()).isEqualTo(1);
        assertThat(word(again.come(triplet("a@s.example"), CONFIG, START.plusSeconds(300))))
                .isEqualTo("first");
        assertThat(word(again.come(triplet("b@s.example"), CONFIG, START.plusSeconds(300))))
                .isEqualTo("passed");
    }

    @Test
    void aFileThatIsCutOrChangedAnywhereIsPutAsideAndNothingOfItIsBelieved() throws IOException {
        come("a@s.example", Duration.ZERO);
        Path path = folder.resolve("greylist");
        GreylistFile file = new GreylistFile(path);
        assertThat(file.load(new Greylist(), 10)).isEqualTo(new GreylistFile.Read.None());
        file.save(greylist);
        byte[] whole = Files.readAllBytes(path);
        for (int i = 0; i < whole.length; i++) {
            byte[] changed = whole.clone();
            changed[i] ^= 0x10;
            Files.write(path, i % 2 == 0 ? changed : Arrays.copyOf(whole, i));
            Greylist into = new Greylist();
            assertThat(file.load(into, 10)).isInstanceOf(GreylistFile.Read.Damaged.class);
            assertThat(into.entries()).isZero();
            assertThat(path).doesNotExist();
        }
    }

    @Test
    void aFullDiskLeavesTheOldFile() throws IOException {
        come("a@s.example", Duration.ZERO);
        Path path = folder.resolve("greylist");
        new GreylistFile(path).save(greylist);
        Files.createDirectory(folder.resolve("greylist.new"));
        come("b@s.example", Duration.ZERO);
        assertThat(
                        org.assertj.core.api.Assertions.catchThrowable(
                                () -> new GreylistFile(path).save(greylist)))
                .isInstanceOf(IOException.class);
        assertThat(new GreylistFile(path).load(new Greylist(), 10))
                .isEqualTo(new GreylistFile.Read.Whole(1, false));
    }

    @Test
    void theKeyIsKeptWithTheTableAndForItsOwnerAlone() throws IOException {
        Path path = folder.resolve("greylist");
        Greylist first = new Greylist();
        Files.writeString(folder.resolve("greylist.new"), "left behind by a crash");
        new GreylistFile(path).save(first);
        assertThat(Files.getPosixFilePermissions(path))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        Greylist again = new Greylist();
        assertThat(again.key()).isNotEqualTo(first.key());
        new GreylistFile(path).load(again, 10);
        assertThat(again.key()).isEqualTo(first.key());
    }

    /** A table as form 1 had it, of triplets without a key. */
    private static void writeFormer(Path path, List<Triplet> triplets, long times)
            throws IOException {
        ByteBuffer out = ByteBuffer.allocate(16 + 24 * triplets.size() + 16);
        out.putLong(0x5053_544e_4752_4c31L).putLong(0);
        triplets.forEach(t -> out.putLong(t.high()).putLong(t.low()).putLong(times));
        CRC32C crc = new CRC32C();
        crc.update(out.array(), 0, out.position());
        out.putLong(triplets.size()).putLong(crc.getValue());
        Files.write(path, out.array());
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.9, 0", "2001:db8:1:2::3, 0", "2001:db8:1:2::3, 1"})
    void whatStandsInAFileOfTheFormBeforeIsKnownAndMadeAnew(String client, int which)
            throws IOException {
        Path path = folder.resolve("greylist");
        InetAddress address = Ip.parse(client);
        ReversePath sender = ReversePath.of(EmailAddress.of("a@s.example"));
        int second = (int) (START.getEpochSecond() - 1_577_836_800L);
        writeFormer(
                path,
                List.of(Triplet.former(address, sender, ALICE).get(which)),
                ((long) second << 32) | (second + 300));
        Greylist again = new Greylist(KEY);
        assertThat(new GreylistFile(path).load(again, 10))
                .isEqualTo(new GreylistFile.Read.Whole(1, true));
        again.expectFormer(START.plus(Duration.ofDays(35)));
        Triplet triplet = again.triplet(address, sender, ALICE);
        assertThat(triplet).isEqualTo(KEY.triplet(address, sender, ALICE));
        assertThat(again.knows(triplet, CONFIG, START.plusSeconds(400))).isTrue();
        assertThat(again.entries()).as("moved, not copied").isEqualTo(1);
        assertThat(again.waiting()).isZero();
        Triplet other = again.triplet(address, sender, EmailAddress.of("bob@example.test"));
        assertThat(again.knows(other, CONFIG, START.plusSeconds(400))).isFalse();

        new GreylistFile(path).save(again);
        Greylist third = new Greylist();
        assertThat(new GreylistFile(path).load(third, 10))
                .isEqualTo(new GreylistFile.Read.Whole(1, false));
        assertThat(third.formerUntil()).as("others may still come").isPositive();
        assertThat(third.knows(triplet, CONFIG, START.plusSeconds(400))).isTrue();
        third.sweep(CONFIG, START.plus(Duration.ofDays(36)));
        assertThat(third.formerUntil()).isZero();
    }

    @Test
    void whatANewerVersionWroteIsPutAsideByThatName() throws IOException {
        Path path = folder.resolve("greylist");
        new GreylistFile(path).save(greylist);
        byte[] newer = Files.readAllBytes(path);
        newer[7] = '3';
        Files.write(path, newer);
        assertThat(new GreylistFile(path).load(new Greylist(), 10))
                .isEqualTo(
                        new GreylistFile.Read.Damaged(
                                "a newer version wrote it, in form 3",
                                folder.resolve("greylist.newer")));
        Path log = folder.resolve("greylist.log");
        GreylistLog.begin(log, greylist).close();
        newer = Files.readAllBytes(log);
        newer[7] = '3';
        Files.write(log, newer);
        assertThat(GreylistLog.replay(log, new Greylist(), 10))
                .isEqualTo(
                        new GreylistLog.Read.Foreign(
                                "a newer version wrote it, in form 3",
                                folder.resolve("greylist.log.newer")));
    }
}
