package org.postern.core.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.helpers.NOPLogger;

class RoundsTest {
    private static final Logger LOG = NOPLogger.NOP_LOGGER;

    @Test
    void aRoundThatGoesThroughSaysSo() throws InterruptedException {
        assertThat(Rounds.survives(LOG, "counting", () -> {})).isTrue();
    }

    @Test
    void aDefectOrMemoryThatIsGoneCostsTheRoundAndNotTheThread() throws InterruptedException {
        for (Throwable fault :
                new Throwable[] {
                    new IllegalStateException("a defect"),
                    new OutOfMemoryError("for the test"),
                    new NoClassDefFoundError("of the version before")
                }) {
            assertThat(Rounds.survives(LOG, "counting", () -> sneak(fault))).isFalse();
        }
    }

    @Test
    void whoIsToldToStopStops() {
        assertThatThrownBy(() ->
                        Rounds.survives(
                                LOG,
                                "counting",
                                () -> {
                                    throw new InterruptedException();
                                }))
                .isInstanceOf(InterruptedException.class);
    }

    private static void sneak(Throwable fault) {
        if (fault instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) fault;
    }
}
