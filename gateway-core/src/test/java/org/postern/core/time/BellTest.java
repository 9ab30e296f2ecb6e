package org.postern.core.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waits of an hour, which only a ring can end in time. */
@Timeout(30)
class BellTest {
    private static final long HOUR = Duration.ofHours(1).toNanos();

    private final Bell bell = new Bell();

    private CompletableFuture<Boolean> waiting() {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return bell.await(HOUR);
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                },
                task -> Thread.ofVirtual().start(task));
    }

    @Test
    void aRingEndsTheWaitOfAnotherThread() throws Exception {
        CompletableFuture<Boolean> waiting = waiting();
        bell.ring();
        assertThat(waiting.get(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aRingBeforeTheWaitIsHeardOnceHoweverOftenItCame() throws Exception {
        bell.ring();
        bell.ring();
        assertThat(bell.await(HOUR)).isTrue();
        CompletableFuture<Boolean> second = waiting();
        bell.close();
        assertThat(second.get(20, TimeUnit.SECONDS)).as("it was not rung again").isFalse();
    }

    @Test
    void aWaitEndsByItself() throws Exception {
        assertThat(bell.await(1)).isTrue();
        assertThat(bell.await(0)).isTrue();
    }

    @Test
    void closedItEndsEveryWait() throws Exception {
        CompletableFuture<Boolean> waiting = waiting();
        bell.close();
        assertThat(waiting.get(20, TimeUnit.SECONDS)).isFalse();
        assertThat(bell.await(HOUR)).isFalse();
        assertThat(bell.isClosed()).isTrue();
    }
}
