package org.postern.app.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.postern.core.time.ManualTimeSource;

class SpoolMetersTest {
    private final ManualTimeSource time = new ManualTimeSource(Instant.EPOCH);

    @Test
    void callsADiskThatKeepsEverybodyWaitingALoadAndForgivesItWhenItIsLeftAlone() {
        try (Metrics metrics = new Metrics()) {
            SpoolMeters meters = new SpoolMeters(metrics, time);
            assertThat(meters.latencyLoad()).isZero();
            for (int i = 0; i < 50; i++) {
                meters.synced(Duration.ofSeconds(6), 1, 100);
            }
            assertThat(meters.latencyLoad()).isGreaterThan(1);
            time.advance(Duration.ofMinutes(1));
            assertThat(meters.latencyLoad()).isLessThan(0.01);
        }
    }

    @Test
    void doesNotMindOneSlowForceAmongQuickOnes() {
        try (Metrics metrics = new Metrics()) {
            SpoolMeters meters = new SpoolMeters(metrics, time);
            meters.synced(Duration.ofSeconds(4), 1, 100);
            assertThat(meters.latencyLoad()).isLessThan(0.2);
        }
    }
}
