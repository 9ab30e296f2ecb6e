package org.postern.queue.dsn;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Recipient;
import org.postern.core.reply.SmtpReply;

/** Our own words are for the log; the outside gets code, status and one sentence. */
class OwnWordsTest {
    private static final Recipient ANN = Recipient.of(EmailAddress.of("ann@example.net"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "452 4.3.1 cannot write to Maildir /srv/mail/x: No space left on device",
                "451 4.4.1 cannot connect to /run/dovecot/lmtp: Connection refused",
                "451 4.4.2 lost connection with /run/dovecot/lmtp while sending",
                "451 4.4.3 downstream store: host mail.inner.example has no address",
                "451 4.4.2 lost connection with store.lan[192.0.2.7]:24 while sending",
                "550 5.7.30 store.lan[192.0.2.7]:24 does not support REQUIRETLS",
                "250 2.0.0 delivered to Maildir as 1763.M1P2.inner"
            })
    void noHostAddressOrPathIsNamedToTheOutside(String ours) {
        String[] parts = ours.split(" ", 3);
        assertThat(OwnWords.outside(ours))
                .startsWith(parts[0] + " " + parts[1] + " th")
                .doesNotContain("/", "[", "lan", "inner", "store", "Maildir");
        assertThat(OwnWords.outside(SmtpReply.of(550, "5.4.4", parts[2])))
                .hasToString("550 5.4.4 the next server could not be reached, or did not answer");
    }

    @Test
    void whatADownstreamSaidIsToldAsItSaidIt() {
        String said = "554 5.7.1 Client host [203.0.113.5] blocked";
        NoticedRecipient told = NoticedRecipient.of(ANN, said, false, null);
        assertThat(told.reply()).isEqualTo(said);
        assertThat(told.fromDownstream()).isTrue();
        assertThat(NoticedRecipient.of(ANN, said, true, null).fromDownstream()).isFalse();
    }

    @Test
    void whatAPersonSaidIsNoReplyAndStays() {
        assertThat(OwnWords.outside("given up")).isEqualTo("given up");
    }
}
