package org.postern.queue.spool.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.Change;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.SpoolWriter;

/** A message that is committed on hold is on hold from its first moment, whatever comes between. */
class HoldAtCommitTest {
    @TempDir Path folder;

    private Spool open() throws SpoolException {
        return DiskSpool.open(
                new SpoolOptions(folder, 1 << 20, 1 << 18, 0, 1 << 16),
                TimeSource.system(),
                SpoolListener.NONE);
    }

    private static QueueId commit(Spool spool) throws IOException {
        byte[] content = "Subject: held\r\n\r\nbody\r\n".getBytes(StandardCharsets.US_ASCII);
        try (SpoolWriter writer = spool.begin()) {
            writer.write(content, 0, content.length);
            return writer.commit(
                            new MessageMeta(
                                    Envelope.of(
                                            ReversePath.Null.INSTANCE,
                                            List.of(
                                                    Recipient.of(
                                                            EmailAddress.of(
                                                                    "alice@example.test")))),
                                    Instant.EPOCH,
                                    "192.0.2.1",
                                    "client.example",
                                    new byte[0],
                                    List.of(),
                                    Map.of(MessageMeta.HOLD, "suspicious: rule")))
                    .id();
        }
    }

    @Test
    void isNeverDueBetweenItsCommitAndItsStateRecord() throws IOException {
        QueueId id;
        try (Spool spool = open()) {
            id = commit(spool);
            assertThat(spool.claimDue(10, domains -> true)).isEmpty();
            assertThat(spool.find(id).orElseThrow().state()).isEqualTo(EntryState.HELD);
        }
        try (Spool again = open()) {
            assertThat(again.claimDue(10, domains -> true)).isEmpty();
            assertThat(again.find(id).orElseThrow().reason()).isEqualTo("suspicious: rule");
        }
    }

    @Test
    void isCountedAsHeldOnceTheSameHoldIsRecordedAndCanBeReleased() throws IOException {
        try (Spool spool = open()) {
            QueueId id = commit(spool);
            Change hold = new Change.Hold(MessageMeta.HOLD_ACTOR, "suspicious: rule");
            assertThat(spool.change(List.of(id), hold)).containsExactly(id);
            assertThat(spool.summary().count(EntryState.HELD)).isEqualTo(1);
            assertThat(spool.change(List.of(id), new Change.Release("root", true)))
                    .containsExactly(id);
            // due times are whole seconds of spool time
            List<QueueEntry> due =
                    await().atMost(Duration.ofSeconds(10))
                            .until(() -> spool.claimDue(10, domains -> true), c -> !c.isEmpty());
            assertThat(due).extracting(QueueEntry::id).containsExactly(id);
        }
    }
}
