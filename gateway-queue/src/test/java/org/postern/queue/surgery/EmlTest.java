package org.postern.queue.surgery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.mail.BodyType;
import org.postern.core.mail.DsnNotify;
import org.postern.core.mail.DsnReturn;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.MessageSource;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.core.time.ManualTimeSource;
import org.postern.queue.dsn.SenderAuthentication;
import org.postern.queue.spool.AttemptResult;
import org.postern.queue.spool.Change;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.RecipientState;
import org.postern.queue.spool.RecipientStatus;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.SpoolWriter;
import org.postern.queue.spool.log.DiskSpool;

/** Out of the queue into a file, and back. */
class EmlTest {
    private static final String CONTENT = "Subject: grüße\r\n\r\n.dot\r\nbody\r\n";

    @TempDir private Path folder;
    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private Spool spool;
    private Surgeon surgeon;
    private final List<SurgeryEvent> heard = new ArrayList<>();

    @BeforeEach
    void open() throws Exception {
        spool =
                DiskSpool.open(
                        new SpoolOptions(folder.resolve("spool"), 1 << 20, 64 << 10, 0, 200_000),
                        time,
                        SpoolListener.NONE);
        surgeon =
                new Surgeon(
                        spool,
                        folder.resolve("plans"),
                        time,
                        Duration.ofDays(3),
                        Bouncer.NONE,
                        heard::add);
    }

    @AfterEach
    void close() {
        spool.close();
    }

    private QueueId store() throws Exception {
        Envelope envelope =
                new Envelope(
                        ReversePath.of(EmailAddress.of("jörg@sender.example")),
                        List.of(
                                new Recipient(
                                        EmailAddress.of("ann@example.net"),
                                        Set.of(DsnNotify.SUCCESS, DsnNotify.FAILURE),
                                        "rfc822;ann+2B1@example.net"),
                                Recipient.of(EmailAddress.of("eve@example.net"))),
                        BodyType.EIGHT_BIT_MIME,
                        true,
                        false,
                        "id+2B7",
                        DsnReturn.FULL);
        try (SpoolWriter writer = spool.begin()) {
            byte[] octets = CONTENT.getBytes(UTF_8);
            writer.write(octets, 0, octets.length);
            return writer.commit(
                            new MessageMeta(
                                    envelope,
                                    time.instant(),
                                    "192.0.2.1",
                                    "client.example",
                                    "Received: by us\r\n".getBytes(UTF_8),
                                    List.of(),
                                    Map.of(
                                            SenderAuthentication.NOTE,
                                            SenderAuthentication.SPF.word())))
                    .id();
        }
    }

    private byte[] export(QueueId id) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Eml.write(spool.find(id).orElseThrow(), spool.relayed(id), out);
        return out.toByteArray();
    }

    private QueueId reinject(byte[] file, boolean held) throws Exception {
        BufferedInputStream in = new BufferedInputStream(new ByteArrayInputStream(file));
        return surgeon.reinject(in, Eml.read(in, time.instant()), held, "ann", "moved");
    }

    private static String text(MessageSource source) throws Exception {
        try (InputStream in = source.open()) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    @Test
    void whatWasExportedAndDroppedComesBackWithItsWholeEnvelope() throws Exception {
        QueueId id = store();
        Envelope envelope = spool.find(id).orElseThrow().envelope();
        byte[] file = export(id);
        spool.change(List.of(id), new Change.Finish("ann", "moved"));
        QueueEntry back = spool.find(reinject(file, false)).orElseThrow();
        assertThat(back.envelope()).isEqualTo(envelope);
        assertThat(back.state()).isEqualTo(EntryState.QUEUED);
        assertThat(back.clientAddress()).isEqualTo("192.0.2.1");
        assertThat(back.helo()).isEqualTo("client.example");
        assertThat(back.received()).isEqualTo(Instant.parse("2026-11-21T10:00:00Z"));
        assertThat(back.notes()).containsEntry(SenderAuthentication.NOTE, "spf");
        assertThat(text(spool.relayed(back.id()))).isEqualTo("Received: by us\r\n" + CONTENT);
        assertThat(heard)
                .singleElement()
                .satisfies(e -> {
                    assertThat(e.what()).isEqualTo("reinject");
                    assertThat(e.actor()).isEqualTo("ann");
                    assertThat(e.reason()).isEqualTo("moved");
                });
    }

    @Test
    void whoHasTheMessageAlreadyIsNotInTheFilesEnvelope() throws Exception {
        QueueId id = store();
        Recipient ann = spool.find(id).orElseThrow().envelope().recipients().getFirst();
        assertThat(spool.claimDue(1, r -> true)).hasSize(1);
        spool.record(
                id,
                new AttemptResult(
                        Map.of(ann, new RecipientStatus(ann, RecipientState.DELIVERED, "250", "s")),
                        Duration.ofMinutes(1),
                        "",
                        true));
        byte[] file = export(id);
        assertThat(new String(file, UTF_8)).contains("X-Postern-Export-Done: <ann@example.net>");
        spool.change(List.of(id), new Change.Finish("ann", "moved"));
        assertThat(spool.find(reinject(file, false)).orElseThrow().envelope().recipients())
                .extracting(r -> r.address().toString())
                .containsExactly("eve@example.net");
    }

    @Test
    void whatIsStillQueuedIsNotQueuedTwice() throws Exception {
        byte[] file = export(store());
        assertThatThrownBy(() -> reinject(file, false))
                .isInstanceOf(SurgeryException.class)
                .hasMessageContaining("still in the queue");
        assertThat(spool.entries()).hasSize(1);
    }

    @Test
    void itCanComeBackOnHold() throws Exception {
        QueueId id = store();
        byte[] file = export(id);
        spool.change(List.of(id), new Change.Finish("ann", "moved"));
        QueueEntry back = spool.find(reinject(file, true)).orElseThrow();
        assertThat(back.state()).isEqualTo(EntryState.HELD);
        assertThat(back.reason()).contains("ann");
    }

    @Test
    void aFileOfSomebodyElseIsRefusedWithWhatIsMissing() {
        assertThatThrownBy(() -> reinject("Subject: x\r\n\r\nbody\r\n".getBytes(UTF_8), false))
                .isInstanceOf(SurgeryException.class)
                .hasMessageContaining("--from and --to");
        String wrong =
                "X-Postern-Export-From: nobody\r\nX-Postern-Export-To: <a@b.example>\r\n\r\nx";
        assertThatThrownBy(() -> reinject(wrong.getBytes(UTF_8), false))
                .isInstanceOf(SurgeryException.class)
                .hasMessageContaining("make no sense");
    }

    @Test
    void lineEndsThatAnEditorLeftBecomeThoseOfMail() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        boolean eightBit =
                Eml.copy(new ByteArrayInputStream("a\nb\r\nc\rd\r".getBytes(UTF_8)), out::write);
        assertThat(out.toString(UTF_8)).isEqualTo("a\r\nb\r\nc\r\nd\r\n");
        assertThat(eightBit).isFalse();
    }
}
