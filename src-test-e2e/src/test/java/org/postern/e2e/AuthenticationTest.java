package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** SPF, DKIM and DMARC against a real name server, as the Authentication-Results field tells it. */
@WithPeers
class AuthenticationTest {
    @ParameterizedTest
    @EnumSource
    void aSignedMessageOfAnHonestSenderPassesAll(
            DkimKeys.Algorithm algorithm, Surroundings around) {
        Message message = Message.from("someone@pass.test");
        Message signed = message.as(around.dns().sign(message.octets(), algorithm));
        assertThat(verdict(around, "someone@pass.test", signed))
                .contains(
                        "spf=pass",
                        "smtp.mailfrom=",
                        "dkim=pass",
                        "header.d=pass.test",
                        "header.s=" + algorithm.selector(),
                        "header.a=" + algorithm.tag(),
                        "dmarc=pass",
                        "header.from=pass.test");
    }

    @Test
    void aChangedBodyIsADkimFailureAndNothingElse(Surroundings around) {
        Message message = Message.from("someone@pass.test");
        String signed =
                new String(
                        around.dns().sign(message.octets(), DkimKeys.Algorithm.RSA),
                        StandardCharsets.ISO_8859_1);
        Message changed =
                new Message(message.id(), signed.replace("Good morning.", "Good evening."));
        assertThat(verdict(around, "someone@pass.test", changed))
                .contains("spf=pass", "dkim=fail", "dmarc=pass")
                .doesNotContain("spf=fail");
    }

    @Test
    void aForgedAuthorWhosePolicyIsRejectIsRefusedAfterTheContent(Surroundings around) {
        Message message = Message.from("ceo@reject.test");
        String reply = send(around, "someone@pass.test", message);
        assertThat(reply)
                .startsWith("550 5.7.")
                .containsIgnoringCase("dmarc")
                .contains("reject.test");
        assertThat(around.dovecot().inbox("alice@example.test"))
                .noneMatch(stored -> stored.contains(message.id()));
    }

    @Test
    void aForgedAuthorWhosePolicyIsNoneIsDeliveredAndMarked(Surroundings around) {
        assertThat(verdict(around, "someone@none.test", Message.from("someone@none.test")))
                .contains("spf=fail", "dkim=none", "dmarc=fail", "header.from=none.test");
    }

    @Test
    void aSenderWithoutAnyRecordIsDeliveredAndSaysNone(Surroundings around) {
        assertThat(verdict(around, "someone@plain.test", Message.from("someone@plain.test")))
                .contains("spf=none", "dkim=none", "dmarc=none");
    }

    @Test
    void aDnsTroubleIsATemporaryErrorAndNeverAFailure(Surroundings around) {
        String reply = send(around, "someone@servfail.test", Message.from("someone@servfail.test"));
        assertThat(reply).doesNotStartWith("5");
    }

    @Test
    void theNullSenderIsJudgedByItsHeloName(Surroundings around) {
        assertThat(verdict(around, "", Message.from("mailer-daemon@pass.test")))
                .contains("spf=pass", "smtp.helo=client.pass.test", "dmarc=");
    }

    @Test
    void theClientsReverseNameIsConfirmedForward(Surroundings around) {
        assertThat(verdict(around, "someone@pass.test", Message.from("someone@pass.test")))
                .contains("iprev=pass", "policy.iprev=127.0.0.1");
    }

    private static String send(Surroundings around, String from, Message message) {
        return SmtpClient.send(
                around.gateway().smtpPort(), from, List.of("alice@example.test"), message.octets());
    }

    /** Our Authentication-Results field of the message as the inbox shows it. */
    private static String verdict(Surroundings around, String from, Message message) {
        assertThat(send(around, from, message)).startsWith("250 2.");
        String stored = around.dovecot().awaitMessage("alice@example.test", message.id());
        return Message.fields(stored, "Authentication-Results").getFirst();
    }
}
