package org.postern.core.authres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictsTest {
    private static AuthResult of(AuthResult... signatures) {
        return new Verdicts(
                        SpfResult.notRun(AuthResult.NONE, SpfResult.Identity.MAILFROM, "", "x"),
                        SpfResult.notRun(AuthResult.NONE, SpfResult.Identity.HELO, "", "x"),
                        new IprevResult(AuthResult.NONE, null, "x"),
                        Arrays.stream(signatures)
                                .map(result ->
                                        new DkimResult(
                                                result, null, null, null, 0, null, null, false, 0,
                                                false, "x", null))
                                .toList(),
                        ArcResult.NONE,
                        DmarcResult.notRun("x", List.of()))
                .dkimResult();
    }

    @Test
    void onePassingSignatureStandsForAll() {
        assertThat(of(AuthResult.FAIL, AuthResult.PASS, AuthResult.PERMERROR))
                .isEqualTo(AuthResult.PASS);
    }

    @Test
    void withoutOneTheFirstThatWasEvaluatedStandsForAll() {
        assertThat(of(AuthResult.NONE, AuthResult.TEMPERROR, AuthResult.FAIL))
                .isEqualTo(AuthResult.TEMPERROR);
    }

    @Test
    void noSignatureIsNone() {
        assertThat(of()).isEqualTo(AuthResult.NONE);
    }
}
