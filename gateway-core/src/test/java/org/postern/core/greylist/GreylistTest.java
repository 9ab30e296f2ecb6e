package org.postern.core.greylist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.core.config.GreylistingConfig;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;

class GreylistTest {
    private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
    private static final GreylistingConfig CONFIG = config(1_000_000);
    private static final EmailAddress ALICE = EmailAddress.of("alice@example.test");
    private static final InetAddress CLIENT = Ip.parse("192.0.2.9");

    @TempDir Path folder;

    private static final GreylistKey KEY = GreylistKey.of(new byte[GreylistKey.OCTETS]);

    private final Greylist greylist = new Greylist(KEY);

    private static GreylistingConfig config(int entries) {
        return new GreylistingConfig(
                GreylistingConfig.Mode.ENFORCE,
                Duration.ofMinutes(5),
                Duration.ofDays(2),
                Duration.ofDays(35),
                entries,
                List.of(),
                List.of());
    }

    private static Triplet triplet(String sender) {
        return KEY.triplet(CLIENT, ReversePath.of(EmailAddress.of(sender)), ALICE);
    }

    private String come(String sender, Duration after) {
        return word(greylist.come(triplet(sender), CONFIG, START.plus(after)));
    }

    private static String word(GreylistAnswer answer) {
        return switch (answer) {
            case GreylistAnswer.Passed(boolean first) -> first ? "first" : "passed";
            case GreylistAnswer.Wait(GreylistAnswer.Why why, Duration left) ->
                    why.word() + " " + left.toSeconds();
        };
    }

    @Test
    void whoIsNewWaitsAndPassesWithinTheWindow() {
        assertThat(come("a@s.example", Duration.ZERO)).isEqualTo("new 300");
        assertThat(come("a@s.example", Duration.ofSeconds(299))).isEqualTo("early 1");
        assertThat(greylist.waiting()).isEqualTo(1);
        assertThat(come("a@s.example", Duration.ofMinutes(5))).isEqualTo("first");
        assertThat(come("a@s.example", Duration.ofSeconds(301))).isEqualTo("passed");
        assertThat(greylist.waiting()).isZero();
        assertThat(greylist.entries()).isEqualTo(1);
    }

    @Test
    void whoComesBackAfterTheWindowIsNewAgain() {
        come("a@s.example", Duration.ZERO);
        assertThat(come("a@s.example", Duration.ofDays(2).plusSeconds(1))).isEqualTo("new 300");
    }

    @Test
    void whoPassedIsKnownAsLongAsItKeepsComing() {
        come("a@s.example", Duration.ZERO);
        come("a@s.example", Duration.ofMinutes(5));
        assertThat(come("a@s.example", Duration.ofDays(35))).isEqualTo("passed");
        assertThat(come("a@s.example", Duration.ofDays(69))).isEqualTo("passed");
        assertThat(come("a@s.example", Duration.ofDays(105))).isEqualTo("new 300");
    }

    @Test
    void aClockSetBackCostsOneMoreDelayAndOneSetForwardOpensToNobodyNew() {
        come("a@s.example", Duration.ZERO);
        assertThat(come("a@s.example", Duration.ofHours(-6))).isEqualTo("new 300");
        assertThat(come("a@s.example", Duration.ofHours(-6).plusMinutes(5))).isEqualTo("first");
        assertThat(come("a@s.example", Duration.ofHours(-12))).isEqualTo("passed");
        assertThat(come("b@s.example", Duration.ofHours(6))).isEqualTo("new 300");
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.200,    a@s.example,                        same",
        "192.0.3.9,      a@s.example,                        other",
        "192.0.2.9,      b@s.example,                        other",
        "192.0.2.9,      A@S.example,                        same",
        "192.0.2.9,      a+tag@s.example,                    same",
        "192.0.2.9,      prvs=1234567890=a@s.example,        same",
    })
    void theNetworkAndTheFoldedSenderMakeTheTriplet(String client, String sender, String which) {
        Triplet other =
                KEY.triplet(Ip.parse(client), ReversePath.of(EmailAddress.of(sender)), ALICE);
        assertThat(other.equals(triplet("a@s.example"))).isEqualTo(which.equals("same"));
    }

    @Test
    void forwardersAndListsAreOneSenderFromMessageToMessage() {
        assertThat(triplet("bounce-4711-99@l.example"))
                .isEqualTo(triplet("bounce-4712-1@l.example"));
        assertThat(
                        triplet(
                                "0100018f2ab34c1d-5b6e1a2f-9c33-4e1b-a1d2-7fe0c1d2e3f4-000000@l.example"))
                .isEqualTo(
                        triplet(
                                "0100018fff00aa11-0a0b0c0d-1f2e-4abc-b2c3-00ff11ee22dd-000000@l.example"));
        assertThat(triplet("marketing@l.example")).isNotEqualTo(triplet("newsletter@l.example"));
        assertThat(triplet("SRS0=AAAA=XY=d.example=user@f.example"))
                .isEqualTo(triplet("SRS0=BBBB=ZZ=d.example=user@f.example"));
        assertThat(triplet("SRS0=AAAA=XY=d.example=user@f.example"))
                .isNotEqualTo(triplet("SRS0=AAAA=XY=d.example=other@f.example"));
    }

    @Test
    void ipv6IsTakenBySlash64() {
        ReversePath sender = ReversePath.Null.INSTANCE;
        assertThat(KEY.triplet(Ip.parse("2001:db8::1"), sender, ALICE))
                .isEqualTo(KEY.triplet(Ip.parse("2001:db8::ffff"), sender, ALICE))
                .isNotEqualTo(KEY.triplet(Ip.parse("2001:db8:0:1::1"), sender, ALICE));
    }

    @Test
    void oneNetworkHasNoMoreThanItsShareWaiting() {
        GreylistingConfig small = config(10_000);
        for (int i = 0; i < 100; i++) {
            Triplet one =
                    triplet("x" + (char) ('a' + i % 26) + (char) ('a' + i / 26) + "@s.example");
            assertThat(word(greylist.come(one, small, START))).isEqualTo("new 300");
        }
        assertThat(greylist.waiting()).isEqualTo(100);
        Triplet last = triplet("last@s.example");
        assertThat(word(greylist.come(last, small, START.plusSeconds(1))))
                .isIn("new 300", "crowded 300");
        assertThat(greylist.waiting()).as("one of its own went for it").isEqualTo(100);
        Triplet elsewhere =
                KEY.triplet(
                        Ip.parse("198.51.100.1"),
                        ReversePath.of(EmailAddress.of("a@s.example")),
                        ALICE);
        assertThat(word(greylist.come(elsewhere, small, START))).isEqualTo("new 300");
    }

    @Test
    void whoseNetworkIsFloodedGetsThroughAllTheSameIfItComesBack() {
        GreylistingConfig small = config(16_000);
        for (int i = 0; i < 2_000; i++) {
            greylist.come(triplet(name(i) + "@flood.example"), small, START);
        }
        assertThat(greylist.waiting()).isLessThanOrEqualTo(160);
        int through = 0;
        for (int i = 0; i < 100; i++) {
            Triplet honest = triplet(name(i) + "@honest.example");
            greylist.come(honest, small, START.plusSeconds(10));
            through +=
                    greylist.come(honest, small, START.plusSeconds(310))
                                    instanceof GreylistAnswer.Passed
                            ? 1
                            : 0;
        }
        assertThat(through).isGreaterThan(80);
    }

    private static String name(int number) {
        StringBuilder out = new StringBuilder("n");
        for (int n = number; n > 0; n /= 26) {
            out.append((char) ('a' + n % 26));
        }
        return out.toString();
    }

    @Test
    void whatNeverCameBackIsForgottenAndCountsAgainstItsNetworkNoLonger() {
        GreylistingConfig small = config(10_000);
        Triplet known = triplet("known@s.example");
        greylist.come(known, small, START);
        greylist.come(known, small, START.plusSeconds(300));
        for (int i = 0; i < 100; i++) {
            greylist.come(triplet(name(i) + "@s.example"), small, START);
        }
        assertThat(greylist.waiting()).isEqualTo(100);
        sweep(small, START.plus(Duration.ofDays(2)));
        assertThat(greylist.waiting()).as("their window is not over").isEqualTo(100);
        sweep(small, START.plus(Duration.ofDays(2)).plusSeconds(1));
        assertThat(greylist.waiting()).isZero();
        assertThat(greylist.entries()).isEqualTo(1);
        assertThat(greylist.knows(known, small, START.plus(Duration.ofDays(3)))).isTrue();
        sweep(small, START.plus(Duration.ofDays(400)));
        assertThat(greylist.knows(known, small, START.plus(Duration.ofDays(3))))
                .as("a clock that ran far ahead for a while takes nobody's past away")
                .isTrue();
    }

    private void sweep(GreylistingConfig config, Instant now) {
        for (int part = 0; part < Greylist.parts(); part++) {
            greylist.sweep(config, now);
        }
    }

    @Test
    void aSweptSegmentAgreesWithAMap() {
        GreylistSegment segment = new GreylistSegment();
        Map<Triplet, Long> model = new HashMap<>();
        Random random = new Random(11);
        for (int round = 0; round < 300; round++) {
            for (int i = 0; i < 200; i++) {
                Triplet key = new Triplet(random.nextInt(3), random.nextInt(2_000));
                long times = 1L + random.nextInt(1_000);
                segment.put(key, times);
                model.put(key, times);
            }
            int limit = random.nextInt(1_000);
            segment.sweep(
                    (high, times) -> high == 1 && times < limit,
                    removed -> assertThat(model.remove(removed.key())).isEqualTo(removed.times()));
            assertThat(model.entrySet())
                    .noneMatch(e -> e.getKey().high() == 1 && e.getValue() < limit);
            assertThat(segment.size()).isEqualTo(model.size());
        }
        model.forEach((key, times) -> assertThat(segment.get(key)).isEqualTo(times));
    }

    @Test
    void itStaysWithinItsBoundAndKeepsWhoPassed() {
        GreylistingConfig small = config(1_600);
        Triplet known = triplet("known@s.example");
        greylist.come(known, small, START);
        greylist.come(known, small, START.plusSeconds(300));
        Random random = new Random(7);
        for (int i = 0; i < 50_000; i++) {
            byte[] address = new byte[4];
            random.nextBytes(address);
            greylist.come(
                    KEY.triplet(Ip.parse(Ip.text(address)), ReversePath.Null.INSTANCE, ALICE),
                    small,
                    START.plusSeconds(300L + i / 100));
        }
        assertThat(greylist.entries()).isBetween(1_500L, 1_600L);
        assertThat(greylist.waiting()).isEqualTo(greylist.entries() - 1);
        assertThat(greylist.evicted()).isGreaterThan(48_000);
        assertThat(greylist.bytes()).isLessThanOrEqualTo(262_144L + 16 * 256 * 24);
        assertThat(word(greylist.come(known, small, START.plusSeconds(1_000)))).isEqualTo("passed");
    }

    @Test
    void aSegmentAgreesWithAMapWhateverIsPutAndRemoved() {
        GreylistSegment segment = new GreylistSegment();
        Map<Triplet, Long> model = new HashMap<>();
        Random random = new Random(42);
        for (int i = 0; i < 200_000; i++) {
            Triplet key = new Triplet(random.nextInt(3), random.nextInt(700));
            if (random.nextInt(3) > 0) {
                long times = 1L + random.nextInt(1_000);
                segment.put(key, times);
                model.put(key, times);
            } else if (!model.isEmpty()) {
                GreylistSegment.Removed removed = segment.evict(t -> t);
                assertThat(model.remove(removed.key())).isEqualTo(removed.times());
            }
            assertThat(segment.get(key)).isEqualTo(model.getOrDefault(key, 0L));
        }
        assertThat(segment.size()).isEqualTo(model.size());
        model.forEach((key, times) -> assertThat(segment.get(key)).isEqualTo(times));
    }

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
    void changesThatNobodyTakesAwayStayBounded() {
        GreylistingConfig wide = config(50_000_000);
        for (int i = 0; i < 17_000; i++) {
            greylist.come(new Triplet((long) i << 48, i), wide, START);
        }
        assertThat(greylist.drain()).isNull();
        assertThat(greylist.drain()).isEmpty();
    }

    @Test
    void whoseKeyIsAnotherHasOtherTripletsAndOtherCounters() {
        GreylistKey other = GreylistKey.random();
        assertThat(other).isNotEqualTo(KEY);
        int together = 0;
        for (int i = 0; i < 1_000; i++) {
            InetAddress client = Ip.parse("2001:db8:%x::1".formatted(i));
            Triplet mine = KEY.triplet(client, ReversePath.Null.INSTANCE, ALICE);
            Triplet theirs = other.triplet(client, ReversePath.Null.INSTANCE, ALICE);
            assertThat(mine).isNotEqualTo(theirs);
            together += mine.network() == theirs.network() ? 1 : 0;
        }
        assertThat(together).isLessThan(10);
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
