package org.postern.queue.surgery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.core.authres.AuthResult;

class VerdictWordsTest {
    @Test
    void aMethodAndAResultAreRead() throws SurgeryException {
        assertThat(VerdictWords.parse("dmarc=fail", ""))
                .isEqualTo(new VerdictWords("dmarc", AuthResult.FAIL));
        assertThat(VerdictWords.parse("helo-spf=temperror", ""))
                .isEqualTo(new VerdictWords("helo_spf", AuthResult.TEMPERROR));
    }

    @ParameterizedTest
    @CsvSource({"dmarc=fial, dmarc=fail", "dmrac=fail, dmarc=fail", "spf=soft-fail, spf=softfail"})
    void aMisspeltOneIsRefusedWithTheOneThatWasMeant(String value, String meant) {
        assertThatThrownBy(() -> VerdictWords.parse(value, ""))
                .isInstanceOf(SurgeryException.class)
                .hasMessageContaining("--verdict " + value + ": method=result")
                .hasMessageEndingWith("; did you mean " + meant + "?");
    }

    @ParameterizedTest
    @CsvSource({"dmarc", "dmarc=", "=fail", "colour=red"})
    void whatIsNothingLikeOneIsRefused(String value) {
        assertThatThrownBy(() -> VerdictWords.parse(value, ", or observed=RULE,"))
                .isInstanceOf(SurgeryException.class)
                .hasMessageContaining(
                        "method=result such as dmarc=fail, or observed=RULE, is allowed");
    }
}
