package org.postern.queue.dsn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.IprevResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;

/** What counts as knowing the sender. */
class SenderAuthenticationTest {
    private static final ReversePath SENDER =
            ReversePath.of(EmailAddress.of("sender@mail.example.org"));

    private static Verdicts verdicts(
            AuthResult spf,
            String spfDomain,
            AuthResult dkim,
            String signer,
            boolean aligned,
            @Nullable String organization) {
        return verdicts(spf, spfDomain, dkim, signer, aligned, organization, 0);
    }

    private static Verdicts verdicts(
            AuthResult spf,
            String spfDomain,
            AuthResult dkim,
            String signer,
            boolean aligned,
            @Nullable String organization,
            long unsignedBodyBytes) {
        return new Verdicts(
                SpfResult.notRun(spf, SpfResult.Identity.MAILFROM, spfDomain, "test"),
                SpfResult.notRun(AuthResult.PASS, SpfResult.Identity.HELO, "mail.example.org", "x"),
                new IprevResult(AuthResult.PASS, "mail.example.org", "test"),
                List.of(
                        new DkimResult(
                                dkim,
                                signer,
                                "s",
                                "rsa-sha256",
                                2048,
                                null,
                                null,
                                false,
                                unsignedBodyBytes,
                                aligned,
                                "test",
                                null)),
                ArcResult.NONE,
                new DmarcResult(
                        AuthResult.PASS,
                        organization,
                        organization,
                        organization,
                        null,
                        DmarcResult.Policy.NONE,
                        List.of(),
                        "test",
                        List.of()));
    }

    private static SenderAuthentication of(
            AuthResult spf, String spfDomain, AuthResult dkim, String signer) {
        return SenderAuthentication.of(verdicts(spf, spfDomain, dkim, signer, false, null), SENDER);
    }

    @Test
    void spfCountsForTheReversePathsOwnDomain() {
        assertThat(of(AuthResult.PASS, "mail.example.org", AuthResult.NONE, "x.example"))
                .isEqualTo(SenderAuthentication.SPF);
        assertThat(of(AuthResult.PASS, "other.example", AuthResult.NONE, "x.example"))
                .isEqualTo(SenderAuthentication.NONE);
        for (AuthResult weak :
                List.of(AuthResult.SOFTFAIL, AuthResult.NEUTRAL, AuthResult.TEMPERROR)) {
            assertThat(of(weak, "mail.example.org", AuthResult.NONE, "x.example"))
                    .isEqualTo(SenderAuthentication.NONE);
        }
    }

    @Test
    void aSignatureCountsWhereItsDomainAnswersForTheReversePaths() {
        assertThat(of(AuthResult.NONE, "", AuthResult.PASS, "mail.example.org"))
                .isEqualTo(SenderAuthentication.DKIM);
        assertThat(of(AuthResult.NONE, "", AuthResult.PASS, "example.org"))
                .isEqualTo(SenderAuthentication.DKIM);
        assertThat(of(AuthResult.NONE, "", AuthResult.PASS, "evil.example"))
                .as("signed by somebody, but not by the one who would get the notice")
                .isEqualTo(SenderAuthentication.NONE);
        assertThat(of(AuthResult.NONE, "", AuthResult.PASS, "org"))
                .isEqualTo(SenderAuthentication.NONE);
        assertThat(of(AuthResult.NONE, "", AuthResult.FAIL, "mail.example.org"))
                .isEqualTo(SenderAuthentication.NONE);
    }

    @Test
    void anAlignedSignatureCountsWithinTheAuthorsOrganisationOnly() {
        assertThat(
                        SenderAuthentication.of(
                                verdicts(
                                        AuthResult.NONE,
                                        "",
                                        AuthResult.PASS,
                                        "news.example.org",
                                        true,
                                        "example.org"),
                                SENDER))
                .isEqualTo(SenderAuthentication.DKIM);
        assertThat(
                        SenderAuthentication.of(
                                verdicts(
                                        AuthResult.NONE,
                                        "",
                                        AuthResult.PASS,
                                        "evil.example",
                                        true,
                                        "evil.example"),
                                SENDER))
                .isEqualTo(SenderAuthentication.NONE);
    }

    @Test
    void aSignatureOverAPartOfTheBodySaysNothingOfTheSender() {
        assertThat(
                        SenderAuthentication.of(
                                verdicts(
                                        AuthResult.NONE,
                                        "",
                                        AuthResult.PASS,
                                        "mail.example.org",
                                        true,
                                        "example.org",
                                        1),
                                SENDER))
                .isEqualTo(SenderAuthentication.NONE);
    }

    @Test
    void theNullReversePathIsNobody() {
        assertThat(
                        SenderAuthentication.of(
                                verdicts(
                                        AuthResult.PASS,
                                        "mail.example.org",
                                        AuthResult.PASS,
                                        "mail.example.org",
                                        true,
                                        "example.org"),
                                ReversePath.Null.INSTANCE))
                .isEqualTo(SenderAuthentication.NONE);
    }

    @Test
    void anUnknownWordIsNoAuthentication() {
        assertThat(SenderAuthentication.ofWord("spf")).isEqualTo(SenderAuthentication.SPF);
        assertThat(SenderAuthentication.ofWord("surely")).isEqualTo(SenderAuthentication.NONE);
    }
}
