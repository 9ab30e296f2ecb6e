package org.postern.queue.spool;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.MessageSource;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.core.time.ManualTimeSource;

/**
 * A spool under test, opened again and again in one place, and what the contracts do with it.
 * Implementations say how it is opened.
 */
public abstract class SpoolFixture {
    protected static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
    static final byte[] TRACE = "Received: by mx\r\n".getBytes(US_ASCII);

    @TempDir protected Path folder;

    protected final ManualTimeSource time = new ManualTimeSource(START);
    protected final List<SpoolAlarm> alarms =
            java.util.Collections.synchronizedList(new ArrayList<>());
    protected Spool spool;

    /** Opens the spool as it is on disk. */
    protected abstract Spool open() throws SpoolException;

    @BeforeEach
    void openFirst() throws SpoolException {
        spool = open();
    }

    @AfterEach
    void closeLast() {
        spool.close();
    }

    protected final void reopen() throws SpoolException {
        spool.close();
        spool = open();
    }

    protected static Recipient to(String address) {
        return Recipient.of(EmailAddress.of(address));
    }

    protected static MessageMeta meta(String... recipients) {
        return new MessageMeta(
                Envelope.of(
                        ReversePath.of(EmailAddress.of("a@example.org")),
                        Stream.of(recipients).map(SpoolFixture::to).toList()),
                START,
                "192.0.2.1",
                "client.example.org",
                TRACE,
                List.of(),
                Map.of("verdicts", "{}"));
    }

    protected final StoredMessage store(String content, String... recipients) throws IOException {
        return store(content.getBytes(US_ASCII), meta(recipients));
    }

    protected final StoredMessage store(byte[] content, MessageMeta meta) throws IOException {
        try (SpoolWriter writer = spool.begin()) {
            writer.write(content, 0, content.length);
            return writer.commit(meta);
        }
    }

    protected static byte[] bytes(MessageSource source) throws IOException {
        try (InputStream in = source.open()) {
            byte[] all = in.readAllBytes();
            assertThat(source.size()).isEqualTo(all.length);
            return all;
        }
    }

    static String text(MessageSource source) throws IOException {
        return new String(bytes(source), US_ASCII);
    }

    protected static AttemptResult result(
            Recipient recipient, RecipientState state, Duration wait) {
        return new AttemptResult(
                Map.of(recipient, new RecipientStatus(recipient, state, "said", "store")),
                wait,
                "refused",
                true);
    }

    final QueueEntry claimOne() {
        List<QueueEntry> claimed = spool.claimDue(1, route -> true);
        assertThat(claimed).hasSize(1);
        return claimed.getFirst();
    }
}
