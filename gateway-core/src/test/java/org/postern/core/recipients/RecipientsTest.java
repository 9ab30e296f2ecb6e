package org.postern.core.recipients;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;

class RecipientsTest {
    private static final EmailAddress ALICE = EmailAddress.of("alice@example.test");

    private static RecipientDirectory answering(RecipientLookup answer) {
        return new RecipientDirectory() {
            @Override
            public RecipientLookup lookup(EmailAddress address) {
                return answer;
            }

            @Override
            public String name() {
                return "fixed";
            }
        };
    }

    private static RecipientLookup ask(RecipientDirectory... sources) {
        return new DomainRecipients(List.of(sources)).lookup(ALICE);
    }

    private static final RecipientDirectory AWAY =
            answering(new RecipientLookup.Unavailable("directory is away"));
    private static final RecipientDirectory NOBODY = answering(RecipientLookup.Unknown.INSTANCE);

    @Test
    void aSourceThatIsAwayMakesUnknownUnavailable() {
        assertThat(ask(NOBODY, AWAY))
                .isEqualTo(new RecipientLookup.Unavailable("directory is away"));
        assertThat(ask(AWAY, NOBODY))
                .isEqualTo(new RecipientLookup.Unavailable("directory is away"));
    }

    @Test
    void aSourceThatKnowsTheAddressDecidesWhoeverElseIsAway() {
        assertThat(ask(AWAY, NOBODY, Recipients.fixed(List.of(ALICE))))
                .isInstanceOf(RecipientLookup.Known.class);
    }

    @Test
    void unknownNeedsEverySourceToSaySo() {
        assertThat(ask(NOBODY, NOBODY)).isEqualTo(RecipientLookup.Unknown.INSTANCE);
    }

    @Test
    void aDomainThatIsNotOursIsNotHosted() {
        Recipients recipients =
                new Recipients(Map.of(Domain.of("example.test"), Recipients.fixed(List.of(ALICE))));
        assertThat(recipients.lookup(ALICE)).isInstanceOf(RecipientLookup.Known.class);
        for (String other :
                List.of("alice@example.org", "alice@sub.example.test", "alice@[127.0.0.1]")) {
            assertThat(recipients.lookup(EmailAddress.of(other)))
                    .isEqualTo(RecipientLookup.NotHosted.INSTANCE);
        }
    }
}
