package org.postern.queue.spool.log;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.core.time.ManualTimeSource;
import org.postern.queue.spool.AttemptResult;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.RecipientState;
import org.postern.queue.spool.RecipientStatus;
import org.postern.queue.spool.SpoolAlarm;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.SpoolWriter;
import org.postern.queue.spool.disk.SimulatedDisk;

/** A spool on a {@link SimulatedDisk}, for tests of what a disk can do to it. */
abstract class OnSimulatedDisk {
    static final Path SPOOL = Path.of("/spool");
    static final Recipient TO = Recipient.of(EmailAddress.of("b@example.net"));

    final ManualTimeSource time = new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    final List<SpoolAlarm> alarms = Collections.synchronizedList(new ArrayList<>());
    SimulatedDisk disk = new SimulatedDisk();
    DiskSpool spool;

    /** What the spool is opened with. */
    abstract SpoolOptions options();

    @BeforeEach
    void open() throws SpoolException {
        spool =
                DiskSpool.open(
                        options(),
                        disk,
                        time,
                        new SpoolListener() {
                            @Override
                            public void alarm(SpoolAlarm alarm) {
                                alarms.add(alarm);
                            }
                        });
    }

    @AfterEach
    void close() {
        disk.heal();
        spool.close();
    }

    final void reopen() throws SpoolException {
        spool.close();
        open();
    }

    static byte[] content(int size) {
        return "x".repeat(size).getBytes(US_ASCII);
    }

    final QueueId commit(int size) throws IOException {
        try (SpoolWriter writer = spool.begin()) {
            writer.write(content(size), 0, size);
            return writer.commit(
                            new MessageMeta(
                                    Envelope.of(ReversePath.Null.INSTANCE, List.of(TO)),
                                    time.instant(),
                                    "192.0.2.1",
                                    "x",
                                    new byte[0],
                                    List.of(),
                                    Map.of()))
                    .id();
        }
    }

    /** What an attempt came to for the one recipient. */
    static AttemptResult result(RecipientState state, String reply, Duration retryAfter) {
        return new AttemptResult(
                Map.of(TO, new RecipientStatus(TO, state, reply, "s")), retryAfter, "", true);
    }

    final void delivered(QueueId id) throws SpoolException {
        spool.record(id, result(RecipientState.DELIVERED, "250", Duration.ZERO));
    }

    final List<QueueId> ids() {
        return spool.entries().map(QueueEntry::id).toList();
    }

    static Path segment(int number) {
        return SPOOL.resolve("log").resolve(Segment.fileName(number));
    }

    final void assertReadable(QueueId id, int size) throws IOException {
        try (InputStream in = spool.received(id).open()) {
            assertThat(in.readAllBytes()).isEqualTo(content(size));
        }
    }

    /** A message is refused so; {@code reply} is how the reply begins. */
    final void assertRefused(SpoolException.Kind kind, String reply) {
        assertThatThrownBy(() -> commit(100))
                .isInstanceOfSatisfying(
                        SpoolException.class,
                        e -> {
                            assertThat(e.kind()).isEqualTo(kind);
                            assertThat(e.reply().toString()).startsWith(reply);
                        });
    }
}
