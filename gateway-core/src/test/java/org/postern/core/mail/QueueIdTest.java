package org.postern.core.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueueIdTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 31, 32, 1_763_000_000_000L << 12, Long.MAX_VALUE})
    void readsBackWhatItPrints(long sequence) {
        QueueId id = new QueueId(sequence);
        assertThat(QueueId.parse(id.toString())).isEqualTo(id);
        assertThat(QueueId.parse(id.toString().toLowerCase(java.util.Locale.ROOT))).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "I", "U", "ZZZZZZZZZZZZZ", "00000000000001", "1 2", "../etc"})
    void refusesWhatIsNoId(String text) {
        assertThatThrownBy(() -> QueueId.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
