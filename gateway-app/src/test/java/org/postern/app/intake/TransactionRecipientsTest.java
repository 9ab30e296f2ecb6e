package org.postern.app.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Recipient;
import org.postern.core.policy.Audience;
import org.postern.core.recipients.RecipientLookup;

/** However many aliases a message names, what stands behind them has an end. */
class TransactionRecipientsTest {
    private final TransactionRecipients recipients = new TransactionRecipients();

    private static RecipientLookup.Known group(int number, int size) {
        List<EmailAddress> people =
                IntStream.range(0, size)
                        .mapToObj(i -> EmailAddress.of("u" + number + "-" + i + "@example.test"))
                        .toList();
        return new RecipientLookup.Known(people, "test");
    }

    private void name(int number, int size) {
        recipients.add(
                Recipient.of(EmailAddress.of("all+" + number + "@example.test")),
                group(number, size),
                Audience.ANYBODY);
    }

    @Test
    void tenThousandMailboxesAreTheMostOfOneMessage() {
        for (int i = 0; i < 9; i++) {
            name(i, 1_000);
        }
        assertThat(recipients.hasRoomFor(group(9, 1_000))).isTrue();
        name(9, 1_000);
        assertThat(recipients.hasRoomFor(group(10, 1))).isFalse();
        recipients.clear();
        assertThat(recipients.hasRoomFor(group(10, 1_000))).isTrue();
    }

    @Test
    void whoStandsBehindSeveralGetsTheMessageOnceAlsoInTheNextTransaction() {
        name(1, 3);
        name(1, 3);
        assertThat(recipients.mailboxes()).hasSize(3);
        recipients.clear();
        name(1, 3);
        assertThat(recipients.mailboxes()).hasSize(3);
    }
}
