package org.postern.queue.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.postern.core.time.ManualTimeSource;

/** What one downstream is asked to do, by what it did before; time is the test's. */
class PaceTest {
    private static final Duration USUAL = Duration.ofMillis(100);
    private static final Duration SLOW = Duration.ofSeconds(8);

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private final Pace pace = new Pace(time, 20);

    private void successes(int count, Duration took) {
        for (int i = 0; i < count; i++) {
            pace.success(took);
        }
    }

    private void troubles(int count) {
        for (int i = 0; i < count; i++) {
            pace.trouble();
        }
    }

    @Test
    void beginsWithAllItMayAndStaysThereWhileAllIsWell() {
        assertThat(pace.limit()).isEqualTo(20);
        successes(1_000, USUAL);
        assertThat(pace.limit()).isEqualTo(20);
        assertThat(pace.stopped()).isEmpty();
    }

    @Test
    void slownessMakesItAskForLessAndUsualTimesForMoreAgain() {
        successes(50, USUAL);
        successes(30, SLOW);
        int slowed = pace.limit();
        assertThat(slowed).isBetween(8, 15);
        successes(60, SLOW);
        assertThat(pace.limit()).as("the longer the less").isEqualTo(1);
        assertThat(pace.stopped()).as("slow is not away").isEmpty();
        successes(500, USUAL);
        assertThat(pace.limit()).isEqualTo(20);
    }

    @Test
    void whatIsSlowByNatureIsUsualAndNotHeldAgainstIt() {
        successes(200, SLOW);
        assertThat(pace.limit()).isEqualTo(20);
    }

    @Test
    void aLargeMessageNowAndThenCostsLittle() {
        successes(50, USUAL);
        for (int i = 0; i < 1_000; i++) {
            pace.success(i % 10 == 0 ? SLOW : USUAL);
        }
        assertThat(pace.limit()).isGreaterThan(10);
    }

    @Test
    void aFewTimesTheUsualIsNotSlowWhileItIsQuickByAnyMeasure() {
        successes(50, Duration.ofMillis(5));
        successes(200, Duration.ofMillis(1_900));
        assertThat(pace.limit()).isEqualTo(20);
    }

    @Test
    void aDownstreamThatBecomesSlowForGoodIsGivenItsAttemptsBackOnceThatIsUsual() {
        successes(50, USUAL);
        successes(60, SLOW);
        assertThat(pace.limit()).isLessThan(10);
        successes(2_000, SLOW);
        assertThat(pace.limit()).isEqualTo(20);
    }

    @Test
    void deferralsShrinkItToOneAndNeverStopIt() {
        for (int i = 0; i < 10; i++) {
            pace.deferral();
        }
        assertThat(pace.limit()).isEqualTo(15);
        for (int i = 0; i < 1_000; i++) {
            pace.deferral();
        }
        assertThat(pace.limit()).isEqualTo(1);
        assertThat(pace.stopped()).isEmpty();
        successes(1, USUAL);
        assertThat(pace.limit()).isEqualTo(2);
    }

    @Test
    void itGrowsByAboutOneWithEachRoundOfSuccesses() {
        for (int i = 0; i < 1_000; i++) {
            pace.deferral();
        }
        for (int window = 1; window < 10; window++) {
            assertThat(pace.limit()).isEqualTo(window);
            successes(window + 1, USUAL);
        }
    }

    @Test
    void troubleHalvesItAndFiveInARowOpenTheCircuit() {
        troubles(1);
        assertThat(pace.limit()).isEqualTo(10);
        troubles(3);
        assertThat(pace.limit()).isEqualTo(1);
        assertThat(pace.stopped()).isEmpty();
        troubles(1);
        assertThat(pace.limit()).isZero();
        assertThat(pace.stopped()).isEqualTo("circuit open after 5 troubles in a row");
        assertThat(pace.stoppedFor()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void anyAnswerBetweenBreaksTheRowOfTroubles() {
        for (int i = 0; i < 20; i++) {
            troubles(4);
            if (i % 2 == 0) {
                pace.success(USUAL);
            } else {
                pace.deferral();
            }
        }
        assertThat(pace.stopped()).isEmpty();
        assertThat(pace.limit()).isPositive();
    }

    @Test
    void theCircuitLetsOneProbeThroughAndWaitsTwiceAsLongAfterEachThatFails() {
        troubles(5);
        for (int seconds : new int[] {10, 20, 40, 80, 160, 300, 300}) {
            time.advance(Duration.ofSeconds(seconds).minusNanos(1));
            assertThat(pace.limit()).isZero();
            time.advance(Duration.ofNanos(1));
            assertThat(pace.limit()).as("one probe after %s s", seconds).isEqualTo(1);
            pace.trouble();
            assertThat(pace.limit()).isZero();
        }
    }

    @Test
    void aProbeThatIsAnsweredClosesTheCircuitAndTheWindowGrowsFromOne() {
        troubles(5);
        time.advance(Duration.ofSeconds(10));
        pace.success(USUAL);
        assertThat(pace.stopped()).isEmpty();
        assertThat(pace.limit()).isEqualTo(2);
        troubles(5);
        assertThat(pace.stoppedFor())
                .as("the next time begins with the short wait again")
                .isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void aProbeThatIsPutOffIsAnAnswerToo() {
        troubles(5);
        time.advance(Duration.ofSeconds(10));
        pace.deferral();
        assertThat(pace.stopped()).isEmpty();
        assertThat(pace.limit()).isEqualTo(1);
    }

    @Test
    void whoWantsToSeeNowHasTheProbeNow() {
        troubles(9);
        assertThat(pace.limit()).isZero();
        pace.tryNow();
        assertThat(pace.limit()).isEqualTo(1);
        pace.trouble();
        assertThat(pace.limit()).isZero();
    }

    @Test
    void aPauseEndsByItselfAndWinsOverEverything() {
        troubles(5);
        pace.pause("moving house", Duration.ofHours(1));
        pace.tryNow();
        assertThat(pace.limit()).isZero();
        assertThat(pace.stopped()).isEqualTo("paused: moving house");
        assertThat(pace.stoppedFor()).isEqualTo(Duration.ofHours(1));
        time.advance(Duration.ofHours(1));
        assertThat(pace.limit()).as("the circuit's probe").isEqualTo(1);
        pace.success(USUAL);
        pace.pause("", Duration.ofMinutes(1));
        assertThat(pace.stopped()).isEqualTo("paused");
        pace.resume();
        assertThat(pace.limit()).isEqualTo(2);
    }

    @Test
    void aClockThatIsSetChangesNothing() {
        troubles(5);
        time.stepWallClock(Duration.ofDays(-400));
        assertThat(pace.stoppedFor()).isEqualTo(Duration.ofSeconds(10));
        time.stepWallClock(Duration.ofDays(800));
        assertThat(pace.limit()).isZero();
    }

    @Test
    void aNewCeilingHoldsAtOnceAndIsNeverLessThanOne() {
        pace.ceiling(3);
        assertThat(pace.limit()).isEqualTo(3);
        pace.ceiling(0);
        assertThat(pace.limit()).isEqualTo(1);
        pace.ceiling(8);
        assertThat(pace.limit()).as("more is learned, not jumped to").isEqualTo(1);
        successes(100, USUAL);
        assertThat(pace.limit()).isEqualTo(8);
    }
}
