package org.postern.app.witness;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.postern.app.state.GatewayState.Part;
import org.postern.app.telemetry.Metrics;
import org.postern.core.time.Rounds;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.Spool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Both witnesses at work: the clock is looked at each second, the disk is written to every ten. The
 * two run on threads of their own, since a write to a dead disk may never return.
 */
public final class Witnesses implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("witness");
    private static final Duration LOOKS = Duration.ofSeconds(1);
    private static final Duration PROBES = Duration.ofSeconds(10);
    private static final int PROBE_OCTETS = 512;

    private final ClockWitness clock;
    private final DiskWitness disk;
    private final Metrics metrics;
    private final List<Consumer<Testimony>> listeners = new CopyOnWriteArrayList<>();
    private final Thread looking;
    private final Thread probing;

    /**
     * Witnesses of this spool and of the clocks.
     *
     * @param directory where the spool lies; a file {@code write-probe} is kept there
     */
    public Witnesses(Spool spool, Path directory, Metrics metrics, TimeSource time) {
        this(
                new ClockWitness(time),
                new DiskWitness(
                        () -> overwrite(directory.resolve("write-probe")), spool::health, time),
                metrics);
    }

    Witnesses(ClockWitness clock, DiskWitness disk, Metrics metrics) {
        this.clock = clock;
        this.disk = disk;
        this.metrics = metrics;
        this.looking =
                Thread.ofPlatform()
                        .daemon()
                        .name("witness")
                        .unstarted(() -> every(LOOKS, this::look));
        this.probing =
                Thread.ofPlatform()
                        .daemon()
                        .name("witness-disk")
                        .unstarted(() -> every(PROBES, this::probe));
        metrics.gauge("clock.step.seconds", clock::displacementSeconds);
        metrics.gauge("spool.writable", () -> disk.writable() ? 1 : 0);
        metrics.count("clock.steps", 0);
    }

    /** Begins. */
    public void start() {
        looking.start();
        probing.start();
    }

    /** Tells this listener from now on, on the witness's thread: it must return at once. */
    public void listen(Consumer<Testimony> listener) {
        listeners.add(listener);
    }

    /** What the witnesses say of readiness. */
    public List<Part> parts() {
        String trouble = disk.trouble();
        return List.of(
                new Part("disk", trouble.isEmpty(), trouble),
                new Part("clock", clock.settled(), clock.settled() ? "" : clock.detail()));
    }

    /** One look at both. */
    void look() {
        clock.look()
                .ifPresent(step -> {
                    metrics.count("clock.steps");
                    LOG.error("{}", step.text());
                    tell(step);
                });
        disk.look()
                .ifPresent(change -> {
                    if (change instanceof Testimony.DiskResumed) {
                        LOG.info("{}", change.text());
                    } else {
                        LOG.error("{}", change.text());
                    }
                    tell(change);
                });
    }

    /** One write to the disk. */
    void probe() {
        disk.probe().ifPresent(took -> metrics.time("spool.write.probe", took));
    }

    private void tell(Testimony testimony) {
        for (Consumer<Testimony> listener : listeners) {
            try {
                listener.accept(testimony);
            } catch (RuntimeException e) {
                LOG.error("a listener failed on: {}", testimony.text(), e);
            }
        }
    }

    private static void every(Duration pause, Runnable what) {
        try {
            while (true) {
                Rounds.survives(LOG, "a witness", what::run);
                Thread.sleep(pause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    /** The same blocks again: what is to be seen is whether they can be written and forced. */
    private static void overwrite(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer octets = ByteBuffer.allocate(PROBE_OCTETS);
            while (octets.hasRemaining()) {
                channel.write(octets, octets.position());
            }
            channel.force(false);
        }
    }

    @Override
    public void close() {
        looking.interrupt();
        probing.interrupt();
    }
}
