package org.postern.core.greylist;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.IprevResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.mail.Domain;

/** Whom greylisting takes a message to be from. */
class GreylistExemptionsTest {
    private static Verdicts signed(AuthResult result, long unsignedBodyBytes) {
        return new Verdicts(
                SpfResult.notRun(
                        AuthResult.PASS, SpfResult.Identity.MAILFROM, "spf.example", "spf.pass"),
                SpfResult.notRun(AuthResult.NONE, SpfResult.Identity.HELO, "", "spf.none"),
                new IprevResult(AuthResult.NONE, null, "iprev.none"),
                List.of(
                        new DkimResult(
                                result,
                                "signer.example",
                                "s",
                                "rsa-sha256",
                                2048,
                                null,
                                null,
                                false,
                                unsignedBodyBytes,
                                false,
                                "x",
                                null)),
                ArcResult.NONE,
                DmarcResult.notRun("x", List.of()));
    }

    @Test
    void aSignatureLetsByOnlyWhereItPassesForTheWholeBody() {
        Domain spf = Domain.of("spf.example");
        assertThat(GreylistExemptions.authenticated(signed(AuthResult.PASS, 0)))
                .containsExactlyInAnyOrder(spf, Domain.of("signer.example"));
        assertThat(GreylistExemptions.authenticated(signed(AuthResult.PASS, 1)))
                .containsExactly(spf);
        assertThat(GreylistExemptions.authenticated(signed(AuthResult.FAIL, 0)))
                .containsExactly(spf);
    }
}
