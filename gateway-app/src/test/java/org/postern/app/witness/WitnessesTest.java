package org.postern.app.witness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postern.app.state.GatewayState.Part;
import org.postern.app.telemetry.Metrics;
import org.postern.core.time.ManualTimeSource;
import org.postern.queue.spool.SpoolHealth;

/** A clock that is set and a disk that stops, seen by those who watch them. */
class WitnessesTest {
    private static final SpoolHealth WELL = new SpoolHealth(true, true, 1L << 30, 1L << 20, "");

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-22T10:00:00Z"));
    private final Metrics metrics = new Metrics();
    private final List<Testimony> told = new ArrayList<>();
    private SpoolHealth health = WELL;
    private DiskWitness.Write write = () -> {};
    private DiskWitness disk;
    private Witnesses witnesses;

    @BeforeEach
    void watch() {
        disk = new DiskWitness(() -> write.run(), () -> health, time);
        witnesses = new Witnesses(new ClockWitness(time), disk, metrics);
        witnesses.listen(told::add);
    }

    @AfterEach
    void close() {
        metrics.close();
    }

    private void pass(Duration duration) {
        time.advance(duration);
        witnesses.look();
    }

    private Part part(String name) {
        return witnesses.parts().stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private String scrape() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            metrics.scrape(out, null);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aClockSetBackSixHoursIsSeenOnceAndNotBelievedForAWhile() {
        pass(Duration.ofSeconds(1));
        time.stepWallClock(Duration.ofHours(-6));
        pass(Duration.ofSeconds(1));
        pass(Duration.ofSeconds(1));
        assertThat(told)
                .singleElement()
                .isInstanceOfSatisfying(
                        Testimony.ClockStepped.class,
                        s -> {
                            assertThat(s.step()).isEqualTo(Duration.ofHours(-6));
                            assertThat(s.text()).contains("back by 21600.000 s");
                        });
        assertThat(part("clock").ready()).isFalse();
        assertThat(part("clock").detail()).contains("21600");
        assertThat(scrape())
                .contains("postern_clock_step_seconds -21600.0")
                .contains("postern_clock_steps_total 1.0");
        pass(ClockWitness.SETTLES);
        assertThat(part("clock").ready()).isTrue();
        assertThat(scrape()).contains("postern_clock_step_seconds -21600.0");
    }

    @Test
    void slewingIsNoStepHoweverFarItGoes() {
        for (int i = 0; i < 5_000; i++) {
            time.stepWallClock(Duration.ofNanos(500_000));
            pass(Duration.ofSeconds(1));
        }
        assertThat(told).isEmpty();
        assertThat(part("clock").ready()).isTrue();
        assertThat(scrape()).contains("postern_clock_step_seconds 2.5");
    }

    @Test
    void aFileSystemThatTurnsReadOnlyIsSeenWithoutAnyMail() {
        witnesses.probe();
        pass(Duration.ofSeconds(1));
        write =
                () -> {
                    throw new IOException("Read-only file system");
                };
        witnesses.probe();
        pass(Duration.ofSeconds(1));
        pass(Duration.ofSeconds(1));
        assertThat(told)
                .singleElement()
                .satisfies(t -> assertThat(t.text()).contains("Read-only file system"));
        assertThat(part("disk").ready()).isFalse();
        assertThat(scrape()).contains("postern_spool_writable 0.0");
        write = () -> {};
        witnesses.probe();
        pass(Duration.ofSeconds(58));
        assertThat(told.getLast())
                .isEqualTo(new Testimony.DiskResumed(time.instant(), Duration.ofSeconds(59)));
        assertThat(part("disk").ready()).isTrue();
        assertThat(scrape())
                .contains("postern_spool_writable 1.0")
                .contains("postern_spool_write_probe_seconds_count 2");
    }

    @Test
    void aWriteThatNeverEndsIsSeenWhileItHangs() throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        write =
                () -> {
                    entered.countDown();
                    try {
                        assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                };
        Thread hanging = Thread.ofVirtual().start(witnesses::probe);
        assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
        pass(Duration.ofSeconds(9));
        assertThat(told).isEmpty();
        pass(Duration.ofSeconds(3));
        assertThat(told.getFirst().text()).contains("has not ended for 12 s");
        release.countDown();
        assertThat(hanging.join(Duration.ofSeconds(20))).isTrue();
        pass(Duration.ofSeconds(1));
        assertThat(told).hasSize(2);
    }

    @Test
    void aSpoolWithoutRoomHasStoppedTooThoughItCanBeWritten() {
        health = new SpoolHealth(true, false, 10, 1L << 20, "10 octets are free");
        pass(Duration.ofSeconds(1));
        assertThat(told.getFirst().text()).contains("10 octets are free");
        assertThat(scrape()).contains("postern_spool_writable 1.0");
        health = WELL;
        pass(Duration.ofSeconds(1));
        assertThat(told).hasSize(2);
    }

    @Test
    void aListenerThatFailsDoesNotSilenceTheOthers() {
        List<Testimony> heard = new ArrayList<>();
        Witnesses others = new Witnesses(new ClockWitness(time), disk, new Metrics());
        others.listen(t -> {
            throw new IllegalStateException("no");
        });
        others.listen(heard::add);
        time.stepWallClock(Duration.ofSeconds(5));
        others.look();
        assertThat(heard).hasSize(1);
    }
}
