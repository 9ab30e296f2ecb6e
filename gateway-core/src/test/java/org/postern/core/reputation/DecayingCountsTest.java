package org.postern.core.reputation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.postern.core.time.ManualTimeSource;

class DecayingCountsTest {
    private static final long HALF_LIFE = Duration.ofHours(1).toNanos();

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private final DecayingCounts<String> counts = new DecayingCounts<>(10, time);

    @Test
    void nobodyWhoCountsWaitsWhileKeysAreLookedAt() throws InterruptedException {
        counts.add("a", 4, HALF_LIFE);
        counts.add("b", 4, HALF_LIFE);
        List<Thread> counting = new ArrayList<>();
        List<Boolean> waited = new ArrayList<>();
        Map<String, Double> gone =
                counts.forget(
                        key -> {
                            counting.add(
                                    Thread.startVirtualThread(() -> counts.add("c", 1, HALF_LIFE)));
                            waited.add(!joined(counting.getLast()));
                            return key.equals("a");
                        },
                        HALF_LIFE);
        for (Thread one : counting) {
            one.join(Duration.ofSeconds(5));
        }
        assertThat(waited).containsExactly(false, false);
        assertThat(gone).containsExactly(Map.entry("a", 4.0));
        assertThat(counts.get("a", HALF_LIFE)).isZero();
        assertThat(counts.get("b", HALF_LIFE)).isEqualTo(4);
        assertThat(counts.get("c", HALF_LIFE)).isEqualTo(2);
    }

    private static boolean joined(Thread thread) {
        try {
            return thread.join(Duration.ofSeconds(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
