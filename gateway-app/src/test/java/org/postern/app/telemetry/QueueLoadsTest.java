package org.postern.app.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.core.time.ManualTimeSource;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.SpoolWriter;
import org.postern.queue.spool.log.DiskSpool;

class QueueLoadsTest {
    @TempDir private Path folder;
    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private final Metrics metrics = new Metrics();
    private Spool spool;
    private QueueLoads loads;

    @BeforeEach
    void open() throws Exception {
        spool =
                DiskSpool.open(
                        new SpoolOptions(folder, 1 << 20, 64 << 10, 0, 200_000),
                        time,
                        SpoolListener.NONE);
        loads =
                new QueueLoads(
                        spool,
                        domain -> Optional.of(domain.ascii().endsWith(".net") ? "store" : "other"),
                        "west"::equals,
                        metrics,
                        time);
    }

    @AfterEach
    void close() {
        spool.close();
        metrics.close();
    }

    private void store(String from, String... to) throws Exception {
        Envelope envelope =
                Envelope.of(
                        ReversePath.parse(from),
                        Stream.of(to).map(a -> Recipient.of(EmailAddress.of(a))).toList());
        try (SpoolWriter writer = spool.begin()) {
            byte[] content = "Subject: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            writer.write(content, 0, content.length);
            writer.commit(
                    new MessageMeta(
                            envelope,
                            time.instant(),
                            "192.0.2.1",
                            "c",
                            new byte[0],
                            List.of(),
                            Map.of()));
            loads.accepted(envelope, content.length);
        }
    }

    @Test
    void whatWaitsForADomainIsCountedAtOnceAndRightAfterALook() throws Exception {
        loads.refresh();
        store("a@s.example", "x@example.net", "y@example.net", "z@example.com");
        store("a@s.example", "x@example.net");
        assertThat(loads.of("example.net")).isEqualTo(new QueueLoads.Load(2, 28));
        loads.refresh();
        assertThat(loads.of("example.net")).isEqualTo(new QueueLoads.Load(2, 28));
        assertThat(loads.of("example.com")).isEqualTo(new QueueLoads.Load(1, 14));
        assertThat(loads.of("nobody.example")).isEqualTo(new QueueLoads.Load(0, 0));
    }

    @Test
    void aSenderOfHalfTheQueueHasAShareOfAHalf() throws Exception {
        for (int i = 0; i < 10; i++) {
            store("flood@s.example", "x@example.net");
            store("s" + i + "@s.example", "x@example.net");
        }
        loads.refresh();
        assertThat(loads.topSenderShare()).isEqualTo(0.5);
    }

    @Test
    void eachDownstreamHasAnOldestAge() throws Exception {
        store("a@s.example", "x@example.net");
        time.advance(Duration.ofSeconds(90));
        store("a@s.example", "x@example.net");
        loads.refresh();
        loads.show(List.of("store", "other", "store"));
        assertThat(loads.oldestAgeSeconds("store")).isEqualTo(90);
        assertThat(loads.oldestAgeSeconds("other")).isZero();
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        metrics.scrape(out, null);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("postern_queue_oldest_age_seconds{downstream=\"store\"} 90.0")
                .contains("postern_queue_oldest_age_seconds{downstream=\"other\"} 0.0")
                .contains("postern_queue_top_sender_share");
    }
}
