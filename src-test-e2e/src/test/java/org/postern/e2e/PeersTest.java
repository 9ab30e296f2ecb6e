package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The instruments themselves: without these, a failure elsewhere could be theirs. */
@WithPeers
class PeersTest {
    @Test
    void dovecotTakesByLmtpWhatImapThenShows(Surroundings around) {
        Message message = Message.from("someone@pass.test");
        try (SmtpClient lmtp = SmtpClient.connect(around.dovecot().lmtpPort())) {
            assertThat(lmtp.reply()).startsWith("220");
            assertThat(lmtp.command("LHLO client.pass.test")).contains("PIPELINING");
            String reply =
                    lmtp.transaction(
                            "someone@pass.test", List.of("peers@example.test"), message.octets());
            assertThat(reply).startsWith("250 2.0.0");
        }
        assertThat(around.dovecot().awaitMessage("peers@example.test", message.id()))
                .endsWith(message.text());
    }

    @ParameterizedTest
    @EnumSource
    void aSignatureOfDkimpyVerifiesAgainstTheKeyInTheZone(
            DkimKeys.Algorithm algorithm, Surroundings around) {
        Message message = Message.from("someone@pass.test");
        String signed =
                new String(
                        around.dns().sign(message.octets(), algorithm),
                        java.nio.charset.StandardCharsets.ISO_8859_1);
        assertThat(Message.fields(signed, "DKIM-Signature"))
                .singleElement()
                .asString()
                .contains("d=pass.test", "s=" + algorithm.selector(), "a=" + algorithm.tag());
        assertThat(signed).endsWith(message.text()).doesNotContainPattern("[^\r]\n");
        assertThat(around.dns().ask("TXT", algorithm.selector() + "._domainkey.pass.test"))
                .contains("v=DKIM1");
    }

    @Test
    void aNameOfNoZoneDoesNotExistAndAZoneWithoutItsFileFails(Surroundings around) {
        assertThat(around.dns().status("A", "nowhere.test")).isEqualTo("NXDOMAIN");
        assertThat(around.dns().status("TXT", "servfail.test")).isEqualTo("SERVFAIL");
        assertThat(around.dns().status("TXT", "pass.test")).isEqualTo("NOERROR");
    }

    @Test
    void installPeersHasNothingLeftToDo() {
        Program.Result result =
                Program.run(
                        new byte[0],
                        Map.of(),
                        List.of(Peers.ROOT.resolve("src-test-e2e/install-peers").toString()));
        assertThat(result.all()).isEqualTo("exit 0\n");
    }
}
