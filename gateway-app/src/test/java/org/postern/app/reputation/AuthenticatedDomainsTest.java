package org.postern.app.reputation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.postern.app.journal.Events;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.mail.Domain;

/** Whom history, bans and traps take a message to be from. */
class AuthenticatedDomainsTest {
    private static final Domain SIGNER = Domain.of("signer.example");
    private static final Domain SENDER = Domain.of("sender.example");

    private final Verdicts whole =
            Events.evidence(AuthResult.PASS, AuthResult.PASS, "192.0.2.7", "sender.example")
                    .verdicts();

    @Test
    void aSignatureOverTheWholeBodyMakesItsDomainASigner() {
        assertThat(Reputation.authenticated(whole)).containsExactlyInAnyOrder(SENDER, SIGNER);
        assertThat(Reputation.signers(whole)).containsExactly(SIGNER);
    }

    @Test
    void aSignatureOverAPartOfTheBodyIsNobodysPastAndGetsNobodyBanned() {
        Verdicts part = Events.partlySigned(whole);
        assertThat(Reputation.authenticated(part)).containsExactly(SENDER);
        assertThat(Reputation.signers(part)).isEmpty();
    }
}
