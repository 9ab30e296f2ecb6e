package org.postern.core.greylist;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A segment of the table against a plain map. */
class GreylistSegmentTest {
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
}
