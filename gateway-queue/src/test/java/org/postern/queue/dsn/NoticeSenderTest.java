package org.postern.queue.dsn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.mail.Domain;
import org.postern.core.mail.DsnNotify;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.core.time.ManualTimeSource;
import org.postern.queue.spool.AttemptResult;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.RecipientState;
import org.postern.queue.spool.RecipientStatus;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.SpoolWriter;
import org.postern.queue.spool.log.DiskSpool;

/** A failed message ends in a notice, with the postmaster, or in the trash; in a real spool. */
class NoticeSenderTest {
    private static final EmailAddress SENDER = EmailAddress.of("sender@example.org");
    private static final byte[] CONTENT = "Subject: a\r\n\r\nbody\r\n".getBytes(UTF_8);

    @TempDir private Path folder;
    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private Spool spool;
    private NoticeSender sender;

    @BeforeEach
    void open() throws SpoolException {
        spool =
                DiskSpool.open(
                        new SpoolOptions(folder.resolve("spool"), 1 << 20, 64 << 10, 0, 200_000),
                        time,
                        SpoolListener.NONE);
        NoticeSettings settings = NoticeSettings.defaults();
        sender =
                new NoticeSender(
                        spool,
                        new NoticePolicy(settings, new NoticeBudget(settings, time)),
                        new NoticeWriter(
                                Domain.of("mx.example.net"),
                                EmailAddress.of("postmaster@example.net"),
                                time),
                        time,
                        "mx.example.net");
    }

    @AfterEach
    void close() {
        spool.close();
    }

    /** Queues a message and lets its one recipient fail. */
    private QueueEntry failed(ReversePath from, Set<DsnNotify> notify, String authenticated)
            throws Exception {
        Recipient ann = new Recipient(EmailAddress.of("ann@example.net"), notify, null);
        QueueId id;
        try (SpoolWriter writer = spool.begin()) {
            writer.write(CONTENT, 0, CONTENT.length);
            writer.commit(
                    new MessageMeta(
                            Envelope.of(from, List.of(ann)),
                            time.instant(),
                            "192.0.2.1",
                            "client.example",
                            new byte[0],
                            List.of(),
                            Map.of(SenderAuthentication.NOTE, authenticated)));
            id = writer.id();
        }
        assertThat(spool.claimDue(10, route -> true)).extracting(QueueEntry::id).contains(id);
        return spool.record(
                        id,
                        new AttemptResult(
                                Map.of(
                                        ann,
                                        new RecipientStatus(
                                                ann,
                                                RecipientState.FAILED,
                                                "550 5.1.1 no such user",
                                                "store")),
                                Duration.ZERO,
                                "failed",
                                true))
                .orElseThrow();
    }

    @Test
    void aKnownSenderIsToldAndTheEntryIsOver() throws Exception {
        QueueEntry entry = failed(ReversePath.of(SENDER), Set.of(), "spf");
        assertThat(sender.settle(entry)).get().isInstanceOf(NoticeDecision.Send.class);
        assertThat(spool.find(entry.id())).isEmpty();
        List<QueueEntry> left = spool.entries().toList();
        assertThat(left).hasSize(1);
        QueueEntry notice = left.getFirst();
        assertThat(notice.envelope().reversePath().isNull()).isTrue();
        assertThat(notice.envelope().recipients().getFirst().address()).isEqualTo(SENDER);
        assertThat(notice.notes()).containsEntry(NoticeSender.ABOUT_NOTE, entry.id().toString());
        try (InputStream in = spool.relayed(notice.id()).open()) {
            assertThat(new String(in.readAllBytes(), UTF_8))
                    .contains("Final-Recipient: rfc822; ann@example.net\r\n")
                    .contains("Status: 5.1.1\r\n")
                    .contains("Subject: a\r\n")
                    .doesNotContain("body");
        }
    }

    @Test
    void anUnknownSenderIsNotToldAndTheEntryStaysHeld() throws Exception {
        QueueEntry entry = failed(ReversePath.of(SENDER), Set.of(), "none");
        assertThat(sender.settle(entry))
                .contains(new NoticeDecision.Hold(NoticeDecision.Reason.UNAUTHENTICATED));
        assertThat(spool.find(entry.id()).orElseThrow().state()).isEqualTo(EntryState.HELD);
        assertThat(spool.entries()).hasSize(1);
    }

    @Test
    void aFailedNoticeIsHeldAndNeverAnswered() throws Exception {
        QueueEntry entry = failed(ReversePath.Null.INSTANCE, Set.of(), "local");
        assertThat(sender.settle(entry))
                .contains(new NoticeDecision.Hold(NoticeDecision.Reason.NULL_SENDER));
        assertThat(spool.entries()).hasSize(1);
    }

    @Test
    void whoAskedForNoNoticeGetsNoneAndTheEntryGoesToTheTrash() throws Exception {
        QueueEntry entry = failed(ReversePath.of(SENDER), Set.of(DsnNotify.NEVER), "spf");
        assertThat(sender.settle(entry))
                .contains(new NoticeDecision.Silent(NoticeDecision.Reason.NOT_ASKED));
        assertThat(spool.find(entry.id()).orElseThrow().state()).isEqualTo(EntryState.TRASH);
    }
}
