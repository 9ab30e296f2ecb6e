package org.postern.app.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HumanTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0s",
        "59, 59s",
        "60, 1m",
        "61, 1m 1s",
        "3599, 59m 59s",
        "3600, 1h",
        "3661, 1h 1m",
        "86399, 23h 59m",
        "86400, 1d",
        "190000, 2d 4h",
        "-5, 0s",
    })
    void saysDurationsByTheirTwoLargestUnits(long seconds, String text) {
        assertThat(Human.duration(Duration.ofSeconds(seconds))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 B", "1023, 1023 B", "1024, 1.0 KB", "10240, 10.0 KB", "52428800, 50.0 MB"})
    void saysSizesInStepsOf1024(long bytes, String text) {
        assertThat(Human.size(bytes)).isEqualTo(text);
    }

    @Test
    void cutsAndPadsCells() {
        assertThat(Human.cell("abc", 5)).isEqualTo("abc  ");
        assertThat(Human.cell("abcdef", 5)).isEqualTo("abcd…");
    }

    @Test
    void letsNoControlCharacterReachATerminal() {
        assertThat(Human.printable("a\u001b[31mb\nc")).isEqualTo("a?[31mb?c");
    }
}
