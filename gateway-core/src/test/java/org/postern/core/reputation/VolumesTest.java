package org.postern.core.reputation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.config.ReputationConfig;
import org.postern.core.time.ManualTimeSource;

class VolumesTest {
    private static final String ANNA = "sender anna@partner.example";

    @TempDir Path folder;

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private final ReputationConfig config = HarvestTest.thresholds(3, 6, 9);

    private Volumes volumes() {
        return new Volumes(() -> config, time);
    }

    private static Optional<Volumes.Burst> send(Volumes volumes, String key, int count) {
        Optional<Volumes.Burst> last = Optional.empty();
        for (int i = 0; i < count; i++) {
            last = volumes.accepted(key);
        }
        return last;
    }

    private Volumes withPast(int perHour) {
        Volumes volumes = volumes();
        for (int day = 0; day < 8; day++) {
            assertThat(send(volumes, ANNA, perHour)).isEmpty();
            time.advance(Duration.ofDays(1));
        }
        return volumes;
    }

    @Test
    void oneWhoSendsFarMoreThanEverIsAnomalous() {
        Volumes volumes = withPast(10);
        assertThat(send(volumes, ANNA, 100)).isEmpty();
        assertThat(send(volumes, ANNA, 1)).contains(new Volumes.Burst(101, 10));
    }

    @Test
    void aWeeklyNewsletterIsItsOwnPast() {
        Volumes volumes = volumes();
        send(volumes, ANNA, 5_000);
        time.advance(Duration.ofDays(7));
        assertThat(send(volumes, ANNA, 10_000)).isEmpty();
        time.advance(Duration.ofDays(7));
        assertThat(send(volumes, ANNA, 12_000)).isEmpty();
    }

    @Test
    void namesThatNeverComeAgainPushOutNobodyWhoDoesAndNoOtherKind() throws IOException {
        Volumes volumes = withPast(10);
        send(volumes, "domain partner.example", 10);
        for (int i = 0; i < 2 * Volumes.MAX; i++) {
            volumes.accepted("sender bounce-" + i + "@verp.example");
            volumes.accepted("claimed-domain d" + i + ".example");
        }
        assertThat(volumes.size()).isLessThanOrEqualTo(Volumes.MAX);
        assertThat(send(volumes, ANNA, 101)).contains(new Volumes.Burst(101, 10));
        Path file = folder.resolve("volumes.tsv");
        volumes.save(file);
        Volumes after = volumes();
        after.load(file);
        assertThat(after.size()).isEqualTo(volumes.size());
        for (int i = 0; i < Volumes.MAX; i++) {
            after.accepted("sender again-" + i + "@verp.example");
        }
        assertThat(send(after, ANNA, 1)).contains(new Volumes.Burst(102, 10));
        assertThat(send(after, "domain partner.example", 1)).isEmpty();
        assertThat(after.size()).isLessThanOrEqualTo(Volumes.MAX);
    }

    @Test
    void whoHasNoPastIsNotJudged() {
        assertThat(send(volumes(), ANNA, 100_000)).isEmpty();
    }

    @Test
    void aBurstIsNoPartOfThePastThatItIsMeasuredBy() {
        Volumes volumes = withPast(10);
        assertThat(send(volumes, ANNA, 100_000)).isPresent();
    }

    @Test
    void aLittleMoreThanLittleIsNothing() {
        Volumes volumes = withPast(1);
        assertThat(send(volumes, ANNA, 50)).isEmpty();
        assertThat(send(volumes, ANNA, 1)).isPresent();
    }

    @Test
    void aBurstThatGrowsOverTheHoursIsNotItsOwnExcuse() {
        Volumes volumes = withPast(10);
        assertThat(send(volumes, ANNA, 90)).isEmpty();
        time.advance(Duration.ofMinutes(2).plusHours(1));
        assertThat(send(volumes, ANNA, 101)).as("an hour later").isPresent();
        time.advance(Duration.ofHours(23));
        assertThat(send(volumes, ANNA, 101)).as("the next day").isPresent();
    }

    @Test
    void whoWasFirstSeenWhileTheClockWasAYearAheadIsJudgedAfterSomeDaysAsAnybody() {
        time.stepWallClock(Duration.ofDays(365));
        Volumes volumes = volumes();
        send(volumes, ANNA, 10);
        time.stepWallClock(Duration.ofDays(-365));
        send(volumes, ANNA, 1);
        time.advance(Duration.ofDays(8));
        assertThat(send(volumes, ANNA, 101)).contains(new Volumes.Burst(101, 10));
    }

    @Test
    void whatSomebodyFoundGoodIsUsualFromThenOn() {
        Volumes volumes = withPast(10);
        assertThat(send(volumes, ANNA, 300)).isPresent();
        volumes.discount(ANNA, 300);
        volumes.acknowledge(ANNA, 300);
        assertThat(send(volumes, ANNA, 3_000)).isEmpty();
        assertThat(send(volumes, ANNA, 1)).contains(new Volumes.Burst(3_001, 300));
    }

    @Test
    void whatANarrowerKeyExplainsIsTakenOutOfTheHour() {
        Volumes volumes = withPast(10);
        send(volumes, ANNA, 101);
        volumes.discount(ANNA, 101);
        assertThat(send(volumes, ANNA, 100)).isEmpty();
        volumes.discount("sender nobody@partner.example", 5);
        assertThat(volumes.size()).isEqualTo(1);
    }

    @Test
    void aFileOfBeforeIsReadAndALineThatMakesNoSenseIsLeftOut() throws IOException {
        Path file = folder.resolve("volumes.tsv");
        Files.writeString(
                file,
                ANNA
                        + "\t2026-11-01T00:00:00Z\t10.0\t2026-11-20T00:00:00Z\t494000\t3\n"
                        + "sender b@partner.example\t2026-11-01T00:00:00Z\t10.0\t2026-\n"
                        + "half\n\n");
        Volumes after = volumes();
        after.load(file);
        assertThat(after.size()).isEqualTo(1);
        assertThat(send(after, ANNA, 101)).isPresent();
    }

    @Test
    void thePastSurvivesARestart() throws IOException {
        Path file = folder.resolve("volumes.tsv");
        withPast(10).save(file);
        Volumes after = volumes();
        after.load(file);
        assertThat(send(after, ANNA, 101)).isPresent();
        assertThat(after.size()).isEqualTo(1);
    }
}
