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
import org.postern.core.reputation.DeferralShares.Surge;
import org.postern.core.time.ManualTimeSource;

class DeferralSharesTest {
    private static final String ANNA = "sender anna@example.org";
    private static final String BEN = "sender ben@example.org";

    private static final String STORE = "lmtp://127.0.0.1:24";

    @TempDir Path folder;

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    // more than 20 deferrals within the hour
    private final ReputationConfig config = HarvestTest.thresholds(3, 6, 9);

    private DeferralShares shares() {
        return new DeferralShares(() -> config, time);
    }

    private static Optional<Surge> tried(
            DeferralShares shares, String key, int count, int deferred) {
        Optional<Surge> last = Optional.empty();
        for (int i = 0; i < count; i++) {
            boolean put = i >= count - deferred;
            shares.attempted(STORE, 1, put ? 1 : 0);
            last = shares.attempted(key, STORE, 1, put ? 1 : 0);
        }
        return last;
    }

    /** A past of eight days, ten messages each, of which so many were put off. */
    private DeferralShares withPast(int deferred) {
        DeferralShares shares = shares();
        for (int day = 0; day < 8; day++) {
            tried(shares, ANNA, 10, deferred);
            tried(shares, BEN, 10, 0);
            time.advance(Duration.ofDays(1));
        }
        return shares;
    }

    @Test
    void oneWhoIsPutOffFarMoreThanEverAndThanOthersIsAnomalous() {
        DeferralShares shares = withPast(0);
        tried(shares, BEN, 30, 0);
        assertThat(tried(shares, ANNA, 20, 20)).as("twenty are not more than twenty").isEmpty();
        assertThat(tried(shares, ANNA, 1, 1)).contains(new Surge(21, 21, 0));
    }

    @Test
    void aStoreThatPutsOffEverybodyMakesNobodyAnomalous() {
        DeferralShares shares = withPast(0);
        tried(shares, BEN, 30, 30);
        assertThat(tried(shares, ANNA, 500, 500)).isEmpty();
    }

    @Test
    void aStoreThatPutsOffAllOfItsMailWhileOthersTakeTheirsMakesNobodyAnomalous() {
        DeferralShares shares = withPast(0);
        tried(shares, BEN, 300, 0);
        for (int i = 0; i < 15; i++) {
            shares.attempted("small", 1, 1);
            assertThat(shares.attempted("sender c@other.example", "small", 1, 1)).isEmpty();
        }
        for (int i = 0; i < 30; i++) {
            shares.attempted("small", 1, 1);
            assertThat(shares.attempted(ANNA, "small", 1, 1)).isEmpty();
        }
        assertThat(tried(shares, ANNA, 21, 21)).as("at the store that takes others'").isPresent();
    }

    @Test
    void whereThereIsNobodyElseToCompareWithNobodyIsJudged() {
        DeferralShares shares = withPast(0);
        tried(shares, BEN, 9, 0);
        assertThat(tried(shares, ANNA, 500, 500)).isEmpty();
        tried(shares, BEN, 1, 0);
        assertThat(tried(shares, ANNA, 1, 1)).isPresent();
    }

    @Test
    void whoIsUsuallyPutOffIsMeasuredByThat() {
        DeferralShares shares = withPast(8);
        tried(shares, BEN, 100, 0);
        assertThat(tried(shares, ANNA, 100, 89)).isEmpty();
        assertThat(tried(shares, ANNA, 400, 400))
                .hasValueSatisfying(s -> assertThat(s.usual()).isBetween(0.79, 0.81));
    }

    @Test
    void whoHasNoPastIsNotJudgedAndAHalfOfTheMailIsNotByFar() {
        DeferralShares fresh = shares();
        tried(fresh, BEN, 100, 0);
        assertThat(tried(fresh, ANNA, 100, 100)).isEmpty();
        DeferralShares shares = withPast(0);
        tried(shares, BEN, 100, 0);
        assertThat(tried(shares, ANNA, 200, 100)).isEmpty();
    }

    @Test
    void thePastSurvivesARestartAndHalfALineIsLeftOut() throws IOException {
        Path file = folder.resolve("deferrals.tsv");
        withPast(0).save(file);
        Files.writeString(file, Files.readString(file) + "sender x\t2026-11-21T10:0");
        DeferralShares after = shares();
        after.load(file);
        assertThat(after.size()).isEqualTo(4);
        tried(after, BEN, 30, 0);
        assertThat(tried(after, ANNA, 30, 30)).isPresent();
    }
}
