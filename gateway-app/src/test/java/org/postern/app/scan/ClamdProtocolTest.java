package org.postern.app.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.core.scan.ScanResult;

/** What clamd says and what becomes of it. */
class ClamdProtocolTest extends ScannersFixture {
    @ParameterizedTest
    @CsvSource({
        "stream: OK,                                    CLEAN",
        "stream: Eicar-Test-Signature FOUND,            INFECTED",
        "INSTREAM size limit exceeded. ERROR,           TOO_LARGE",
        "stream: Can't allocate memory ERROR,           FAILED",
        "1: stream: OK,                                 FAILED",
        "UNKNOWN COMMAND,                               FAILED",
        "stream: OK|stream: OK,                         CLEAN",
        "stream: OK|stream: Some.Worm FOUND,            INFECTED",
        "stream: Some.Worm FOUND|stream: OK,            INFECTED",
        "stream: OK|stream: Can't open file ERROR,      FAILED",
        "'',                                            FAILED",
    })
    void clamdsLineBecomesAnOutcome(String line, ScanResult.Outcome outcome) throws IOException {
        assertThat(scan("clamav", "", answering(line.replace('|', '\n') + "\0")).outcome())
                .isEqualTo(outcome);
    }

    @Test
    void aVirusIsOneWhateverItsNameIs() throws IOException {
        ScanResult result =
                scan(
                        "clamav",
                        "",
                        answering("stream: " + "Long.".repeat(60) + "\u00e4\t FOUND\n\0"));
        assertThat(result.outcome()).isEqualTo(ScanResult.Outcome.INFECTED);
        assertThat(result.names()).containsExactly("Long.".repeat(40));
        ScanResult several =
                scan("clamav", "", answering("stream: A FOUND\nstream: B FOUND\nx: C FOUND\n\0"));
        assertThat(several.names()).containsExactly("A", "B", "x: C");
        assertThat(several.detail()).isEqualTo("A, B, x: C");
    }

    @Test
    void halfALineOfClamdIsAFailureAndNoAcquittal() throws IOException {
        ScanResult result = scan("clamav", "", answering("stream: OK"));
        assertThat(result.outcome()).isEqualTo(ScanResult.Outcome.FAILED);
        assertThat(result.detail()).contains("half an answer");
    }
}
