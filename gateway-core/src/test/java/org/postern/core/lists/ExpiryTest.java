package org.postern.core.lists;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpiryTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "90s, 2026-11-21T10:01:30Z",
        "12h, 2026-11-21T22:00:00Z",
        "7d, 2026-11-28T10:00:00Z",
        "2026-11-21, 2026-11-22T00:00:00Z",
        "2026-12-31T12:00:00Z, 2026-12-31T12:00:00Z",
    })
    void anEndIsATimeFromNowADayOrAnInstant(String text, Instant end) {
        assertThat(Expiry.parse(text, NOW)).isEqualTo(end);
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "7", "7w", "2026-13-01", "-1d", "999999d", ""})
    void anythingElseIsRefusedWithWhatIsAllowed(String text) {
        assertThatThrownBy(() -> Expiry.parse(text, NOW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expires must be");
    }

    @Test
    void anEndInThePastIsRefused() {
        assertThatThrownBy(() -> Expiry.parse("2026-11-20", NOW))
                .hasMessageContaining("in the past");
        assertThatThrownBy(() -> Expiry.parse("0d", NOW)).hasMessageContaining("in the past");
    }
}
