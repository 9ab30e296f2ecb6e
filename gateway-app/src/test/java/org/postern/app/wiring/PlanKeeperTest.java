package org.postern.app.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PlanKeeperTest {
    @Test
    void eachIsAskedThoughAnotherFailsAndTheFirstRoundIsAtOnce() {
        AtomicInteger asked = new AtomicInteger();
        try (PlanKeeper keeper = new PlanKeeper()) {
            keeper.add(() -> {
                throw new IOException("no");
            });
            keeper.add(() -> {
                throw new IllegalStateException("a defect");
            });
            keeper.add(asked::incrementAndGet);
            keeper.round();
            assertThat(asked).hasValue(1);
            keeper.start();
            await().untilAsserted(() -> assertThat(asked).hasValue(2));
        }
    }
}
