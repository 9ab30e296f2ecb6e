package org.postern.app.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.core.scan.FieldChanges;
import org.postern.core.scan.ScanResult;

/** The fields in which a scan is told to filters behind us. */
class ScanFieldsTest extends ScannersFixture {
    @Test
    void theFieldsAreThoseThatFiltersKnow() {
        assertThat(
                        ScanFields.of(
                                List.of(
                                        new ScanResult(
                                                ScanResult.Scanner.RSPAMD,
                                                ScanResult.Outcome.SPAM,
                                                7.25,
                                                15,
                                                List.of("A=1.50", "B=5.75"),
                                                "add header"),
                                        new ScanResult(
                                                ScanResult.Scanner.CLAMAV,
                                                ScanResult.Outcome.INFECTED,
                                                0,
                                                0,
                                                List.of("Eicar"),
                                                "Eicar")),
                                List.of(),
                                "mx.example.net"))
                .isEqualTo(
                        """
                        X-Spam: Yes
                        X-Spam-Flag: YES
                        X-Spam-Status: Yes, score=7.25 required=15.00 tests=[A=1.50, B=5.75]
                        X-Spamd-Result: default: True [7.25 / 15.00];
                        \tA(1.50)[];
                        \tB(5.75)[]
                        X-Spamd-Bar: +++++++
                        X-Rspamd-Action: add header
                        X-Spam-Score: 7.25
                        X-Spam-Level: *******
                        X-Virus-Scanned: clamav at mx.example.net
                        X-Virus-Status: Infected (Eicar)
                        """
                                .replace("\n", "\r\n"));
    }

    @Test
    void aFieldThatRspamdWritesItselfIsNotWrittenTwice() {
        ScanResult result =
                new ScanResult(
                        ScanResult.Scanner.RSPAMD,
                        ScanResult.Outcome.SPAM,
                        7,
                        15,
                        List.of("A=1.50", "B=5.75"),
                        "add header");
        assertThat(
                        ScanFields.of(
                                List.of(result),
                                List.of(
                                        new FieldChanges.Added(
                                                "x-spamd-result", "default: True\r\n\t A"),
                                        new FieldChanges.Added("X-Spam-Level", "*")),
                                "mx.example.net"))
                .isEqualTo(
                        """
                        x-spamd-result: default: True
                        \t A
                        X-Spam-Level: *
                        X-Spam: Yes
                        X-Spam-Flag: YES
                        X-Spam-Status: Yes, score=7.00 required=15.00 tests=[A=1.50, B=5.75]
                        X-Spamd-Bar: +++++++
                        X-Rspamd-Action: add header
                        X-Spam-Score: 7.00
                        """
                                .replace("\n", "\r\n"));
    }

    @ParameterizedTest
    @CsvSource({"FAILED", "TOO_LARGE"})
    void whatWasNotScannedDoesNotLookScanned(ScanResult.Outcome outcome) {
        assertThat(
                        ScanFields.of(
                                List.of(
                                        ScanResult.of(ScanResult.Scanner.RSPAMD, outcome, "x"),
                                        ScanResult.of(ScanResult.Scanner.CLAMAV, outcome, "x")),
                                List.of(),
                                "mx.example.net"))
                .isEqualTo(
                        """
                        X-Spam-Status: No, not scanned (%1$s)
                        X-Virus-Status: Not scanned (%1$s)
                        """
                                .formatted(outcome.word())
                                .replace("\n", "\r\n"));
    }

    @Test
    void numbersAreWrittenAsFiltersReadThemInAnyLocale() throws IOException {
        Locale before = Locale.getDefault(Locale.Category.FORMAT);
        Locale.setDefault(Locale.Category.FORMAT, Locale.GERMANY);
        try {
            ScanResult result =
                    rspamdSays(
                            "{\"action\":\"no action\",\"score\":1.5,"
                                    + "\"symbols\":{\"A\":{\"score\":1.5}}}");
            assertThat(result.names()).containsExactly("A=1.50");
            assertThat(ScanFields.of(List.of(result), List.of(), "mx")).doesNotContain("1,5");
        } finally {
            Locale.setDefault(Locale.Category.FORMAT, before);
        }
    }
}
