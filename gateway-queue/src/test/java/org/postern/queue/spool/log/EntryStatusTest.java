package org.postern.queue.spool.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.RecipientState;
import org.postern.queue.spool.RecipientStatus;

/** What a STATE record holds comes back, from older records as well. */
class EntryStatusTest {
    private static final Recipient ANN = Recipient.of(EmailAddress.of("ann@example.net"));
    private static final Recipient BOB = Recipient.of(EmailAddress.of("bob@example.net"));
    private static final Envelope ENVELOPE =
            Envelope.of(ReversePath.Null.INSTANCE, List.of(ANN, BOB));

    private static EntryStatus status(boolean ours, Map<String, String> marks) {
        return new EntryStatus(
                EntryState.DEFERRED,
                EntryState.DEFERRED,
                3,
                1000,
                0,
                "",
                "",
                List.of(
                        new RecipientStatus(ANN, RecipientState.DEFERRED, "450 x", "store"),
                        new RecipientStatus(BOB, RecipientState.DEFERRED, "451 y", "store", ours)),
                marks);
    }

    private static EntryStatus there(byte[] payload) throws Exception {
        return EntryStatus.decode(ByteBuffer.wrap(payload), ENVELOPE);
    }

    @Test
    void whoseWordsAReplyIsComesBackWithMarksAndWithout() throws Exception {
        for (Map<String, String> marks : List.of(Map.<String, String>of(), Map.of("a", "b"))) {
            for (boolean ours : new boolean[] {true, false}) {
                EntryStatus status = status(ours, marks);
                assertThat(there(status.encode(7, 1))).isEqualTo(status);
            }
        }
    }

    @Test
    void aRecordOfBeforeThatNoteIsReadAndNobodysWordsAreOurs() throws Exception {
        EntryStatus status = status(true, Map.of("a", "b"));
        byte[] now = status.encode(7, 1);
        byte[] before = Arrays.copyOf(now, now.length - ENVELOPE.recipients().size());
        assertThat(there(before)).isEqualTo(status(false, Map.of("a", "b")));
        assertThat(before).isEqualTo(status(false, Map.of("a", "b")).encode(7, 1));
    }
}
