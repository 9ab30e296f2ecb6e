package org.postern.queue.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
    private static final RetryPolicy POLICY =
            new RetryPolicy(Duration.ofMinutes(1), Duration.ofHours(1), Duration.ofDays(5));

    @Test
    void waitsDoubleFromTheFirstUpToTheLongestGiveOrTakeAFifth() {
        Random random = new Random(5);
        long[] minutes = {1, 2, 4, 8, 16, 32, 60, 60, 60};
        for (int attempt = 1; attempt <= minutes.length; attempt++) {
            double millis = minutes[attempt - 1] * 60_000.0;
            for (int i = 0; i < 500; i++) {
                assertThat(POLICY.waitAfter(attempt, random).toMillis())
                        .isBetween((long) (millis * 0.8) - 1, (long) (millis * 1.2) + 1);
            }
        }
    }

    @Test
    void noNumberOfAttemptsMakesAWaitOverflowOrVanish() {
        RetryPolicy long1 =
                new RetryPolicy(Duration.ofDays(3), Duration.ofDays(365), Duration.ofDays(9));
        Random random = new Random(5);
        for (int attempt : new int[] {-7, 0, 1, 30, 31, 62, 63, 64, 1_000, Integer.MAX_VALUE}) {
            assertThat(long1.waitAfter(attempt, random))
                    .isBetween(Duration.ofHours(57), Duration.ofDays(439));
        }
    }

    @Test
    void messagesDeferredTogetherDoNotComeBackTogether() {
        Random random = new Random(5);
        Set<Long> waits = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            waits.add(POLICY.waitAfter(7, random).toSeconds());
        }
        assertThat(waits).as("spread over 24 minutes").hasSizeGreaterThan(500);
    }

    @Test
    void aPolicyThatWouldHammerOrGoBackwardsIsNone() {
        assertThatThrownBy(() ->
                        new RetryPolicy(Duration.ZERO, Duration.ofHours(1), Duration.ofDays(5)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        new RetryPolicy(
                                Duration.ofHours(2), Duration.ofHours(1), Duration.ofDays(5)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
