package org.postern.queue.spool.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.SpoolWriter;
import org.postern.queue.spool.disk.SimulatedDisk;

/** One force for everybody who waits. */
class GroupCommitTest {
    private static final int MEGABYTE = 1 << 20;

    private final SimulatedDisk disk = new SimulatedDisk();
    private final CountDownLatch firstForce = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final AtomicInteger forces = new AtomicInteger();
    private final List<Long> groups = Collections.synchronizedList(new ArrayList<>());

    private DiskSpool open() throws IOException {
        return DiskSpool.open(
                new SpoolOptions(Path.of("/spool"), 32 * MEGABYTE, 64 << 10, 0, MEGABYTE),
                disk,
                TimeSource.system(),
                new SpoolListener() {
                    @Override
                    public void synced(java.time.Duration took, int records, long bytes) {
                        groups.add(bytes);
                    }
                });
    }

    private static void commit(DiskSpool spool, int size) {
        try (SpoolWriter writer = spool.begin()) {
            writer.write(new byte[size], 0, size);
            writer.commit(
                    new MessageMeta(
                            Envelope.of(
                                    ReversePath.Null.INSTANCE,
                                    List.of(Recipient.of(EmailAddress.of("b@example.net")))),
                            Instant.EPOCH,
                            "192.0.2.1",
                            "x",
                            new byte[0],
                            List.of(),
                            Map.of()));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Stops in the first force of the segment until the others have come. */
    private boolean slowly(SimulatedDisk.Operation o) {
        if (o.kind() == SimulatedDisk.Kind.FORCE && Segment.numberOf(o.path()) == 1) {
            forces.incrementAndGet();
            firstForce.countDown();
            try {
                assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return false;
    }

    private void commitTogether(DiskSpool spool, int sessions, int size) throws Exception {
        disk.fail("never", this::slowly);
        Thread first = Thread.ofVirtual().start(() -> commit(spool, 10));
        assertThat(firstForce.await(20, TimeUnit.SECONDS)).isTrue();
        List<Thread> others = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            others.add(Thread.ofVirtual().start(() -> commit(spool, size)));
        }
        await().until(() -> others.stream().allMatch(t -> t.getState() == Thread.State.WAITING));
        goOn.countDown();
        assertThat(first.join(Duration.ofSeconds(20))).isTrue();
        for (Thread other : others) {
            assertThat(other.join(Duration.ofSeconds(20))).isTrue();
        }
    }

    @Test
    void makesAllThatWaitDurableWithOneForce() throws Exception {
        try (DiskSpool spool = open()) {
            commitTogether(spool, 40, 1000);
            assertThat(forces).hasValue(2);
            assertThat(spool.summary().total()).isEqualTo(41);
        }
    }

    @Test
    void forcesNoMuchMoreThanAMegabyteAtOnce() throws Exception {
        try (DiskSpool spool = open()) {
            commitTogether(spool, 10, 400_000);
            assertThat(spool.summary().total()).isEqualTo(11);
            // the record that passes the megabyte is the last of its group
            assertThat(groups).allMatch(bytes -> bytes < MEGABYTE + 402_000);
            assertThat(groups).hasSizeGreaterThanOrEqualTo(5);
        }
    }
}
