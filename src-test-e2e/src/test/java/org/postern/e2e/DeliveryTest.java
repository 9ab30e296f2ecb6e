package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A message through the gate: in by SMTP, out by LMTP, read back by IMAP. */
@WithPeers
class DeliveryTest {
    private static final String OUR_ID = "mx.example.test";

    @Test
    void anAcceptedMessageIsInTheInboxWithOneAuthenticationResultsFieldOfOurs(Surroundings around) {
        Message message =
                Message.from(
                        "someone@pass.test",
                        "Authentication-Results: mx.example.test; spf=pass smtp.mailfrom=bank.test",
                        "Authentication-Results: elsewhere.test; spf=pass smtp.mailfrom=bank.test");
        Swaks.Transcript session =
                Swaks.to(around.gateway().smtpPort())
                        .send("someone@pass.test", "alice@example.test", message.octets());
        assertThat(session.accepted()).as(session.text()).isTrue();
        assertThat(session.text()).containsPattern("<-  250 2\\.[0-9.]+ .*queued as [0-9A-Z]+");

        String stored = around.dovecot().awaitMessage("alice@example.test", message.id());
        List<String> results = Message.fields(stored, "Authentication-Results");
        assertThat(results).filteredOn(field -> field.startsWith(OUR_ID)).hasSize(1);
        assertThat(results)
                .filteredOn(field -> field.startsWith(OUR_ID))
                .singleElement()
                .asString()
                .contains("spf=pass", "smtp.mailfrom=")
                .doesNotContain("bank.test");
        assertThat(results).contains("elsewhere.test; spf=pass smtp.mailfrom=bank.test");
        assertThat(Message.fields(stored, "Received"))
                .anyMatch(field ->
                        field.contains("by mx.example.test") && field.contains("127.0.0.1"));
        assertThat(Message.fields(stored, "Return-Path")).containsExactly("<someone@pass.test>");
    }

    @Test
    void everyOctetButTheForgedFieldComesThroughAsItWasSent(Surroundings around) {
        String forged = "Authentication-Results: mx.example.test; dkim=pass header.d=bank.test\r\n";
        Message message = Message.from("someone@pass.test");
        byte[] sent = (forged + message.text()).getBytes(StandardCharsets.ISO_8859_1);
        assertThat(
                        SmtpClient.send(
                                around.gateway().smtpPort(),
                                "someone@pass.test",
                                List.of("bob@example.test"),
                                sent))
                .startsWith("250 2.");
        assertThat(around.dovecot().awaitMessage("bob@example.test", message.id()))
                .endsWith("\r\n" + message.text())
                .doesNotContain("bank.test");
    }

    @Test
    void oneMessageReachesEachOfItsRecipients(Surroundings around) {
        Message message = Message.from("someone@pass.test");
        assertThat(
                        SmtpClient.send(
                                around.gateway().smtpPort(),
                                "someone@pass.test",
                                List.of(
                                        "alice@example.test",
                                        "bob@example.test",
                                        "carol@example.test"),
                                message.octets()))
                .startsWith("250 2.");
        for (String to : List.of("alice@example.test", "bob@example.test", "carol@example.test")) {
            assertThat(around.dovecot().awaitMessages(to, message.id())).hasSize(1);
        }
    }

    @Test
    void aMessageOfTwelveMegabytesComesThroughWhole(Surroundings around) {
        Message small = Message.from("someone@pass.test");
        byte[] line = ("x".repeat(76) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        byte[] head = small.octets();
        byte[] whole = Arrays.copyOf(head, head.length + 160_000 * line.length);
        for (int at = head.length; at < whole.length; at += line.length) {
            System.arraycopy(line, 0, whole, at, line.length);
        }
        Message message = small.as(whole);
        assertThat(
                        SmtpClient.send(
                                around.gateway().smtpPort(),
                                "someone@pass.test",
                                List.of("large@example.test"),
                                message.octets()))
                .as("an unknown recipient is refused before the content")
                .startsWith("550 5.1.1");
        assertThat(
                        SmtpClient.send(
                                around.gateway().smtpPort(),
                                "someone@pass.test",
                                List.of("carol@example.test"),
                                message.octets()))
                .startsWith("250 2.");
        assertThat(
                        around.dovecot()
                                .awaitMessage("carol@example.test", message.id())
                                .endsWith(message.text()))
                .isTrue();
    }

    @Test
    void byUnixSocketDovecotHasTheSameMessage(Surroundings around) {
        try (Gateway gateway = around.newGateway("unix")) {
            gateway.configure(
                    Gateway.configuration(
                            gateway,
                            around.dns().port(),
                            "\"lmtp+unix://" + around.dovecot().lmtpSocket() + "\""));
            gateway.start();
            Message message = Message.from("someone@pass.test");
            assertThat(
                            SmtpClient.send(
                                    gateway.smtpPort(),
                                    "someone@pass.test",
                                    List.of("alice@example.test", "bob@example.test"),
                                    message.octets()))
                    .startsWith("250 2.");
            for (String to : List.of("alice@example.test", "bob@example.test")) {
                assertThat(around.dovecot().awaitMessages(to, message.id()))
                        .singleElement()
                        .asString()
                        .endsWith("\r\n" + message.text());
            }
        }
    }

    @Test
    void aRecipientThatDoesNotExistIsRefusedAtRcpt(Surroundings around) {
        Swaks.Transcript session =
                Swaks.to(around.gateway().smtpPort())
                        .send(
                                "someone@pass.test",
                                "nobody@example.test",
                                Message.from("someone@pass.test").octets());
        assertThat(session.accepted()).isFalse();
        assertThat(session.text()).contains("<** 550 5.1.1 ").doesNotContain(" -> DATA");
    }

    @Test
    void aRecipientOfAForeignDomainIsRefusedAsRelay(Surroundings around) {
        Swaks.Transcript session =
                Swaks.to(around.gateway().smtpPort())
                        .send(
                                "someone@pass.test",
                                "someone@elsewhere.test",
                                Message.from("someone@pass.test").octets());
        assertThat(session.accepted()).isFalse();
        assertThat(session.text()).contains("<** 550 5.7.1 ").doesNotContain(" -> DATA");
    }
}
