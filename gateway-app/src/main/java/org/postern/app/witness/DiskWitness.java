package org.postern.app.witness;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.SpoolHealth;

/**
 * Knows whether the spool's disk takes writes, also while no mail comes: a small file is
 * overwritten and forced every few seconds, because a file system that turned read-only is silent
 * until somebody writes. {@link #probe()} belongs to one thread, which may hang with the disk;
 * {@link #look()} to another.
 */
final class DiskWitness {
    /** A write that takes this long is no write. */
    static final Duration HANGS = Duration.ofSeconds(10);

    private final Write write;
    private final Supplier<SpoolHealth> spool;
    private final TimeSource time;
    private volatile @Nullable Long underWaySince;
    private volatile @Nullable String failure;
    private @Nullable Long stoppedNanos;

    /** Writes something small and forces it. */
    @FunctionalInterface
    interface Write {
        void run() throws IOException;
    }

    DiskWitness(Write write, Supplier<SpoolHealth> spool, TimeSource time) {
        this.write = write;
        this.spool = spool;
        this.time = time;
    }

    /** Writes once; how long it took, or empty where it failed. */
    Optional<Duration> probe() {
        long start = time.nanoTime();
        underWaySince = start;
        try {
            write.run();
            failure = null;
            return Optional.of(Duration.ofNanos(time.nanoTime() - start));
        } catch (IOException e) {
            failure = "a write probe failed: " + e.getMessage();
            return Optional.empty();
        } finally {
            underWaySince = null;
        }
    }

    /** Why the disk cannot be written; empty where it can. */
    String trouble() {
        SpoolHealth health = spool.get();
        if (!health.writable()) {
            return health.detail();
        }
        String failed = failure;
        if (failed != null) {
            return failed;
        }
        Long since = underWaySince;
        if (since != null && time.nanoTime() - since >= HANGS.toNanos()) {
            return "a write of a few octets has not ended for "
                    + Duration.ofNanos(time.nanoTime() - since).toSeconds()
                    + " s";
        }
        return "";
    }

    /** Whether the disk takes writes. */
    boolean writable() {
        return trouble().isEmpty();
    }

    /** Looks; a change since the last look is given once. A spool without room has stopped too. */
    Optional<Testimony> look() {
        String why = trouble();
        SpoolHealth health = spool.get();
        if (why.isEmpty() && !health.room()) {
            why = health.detail();
        }
        Long stopped = stoppedNanos;
        if (stopped == null && !why.isEmpty()) {
            stoppedNanos = time.nanoTime();
            return Optional.of(new Testimony.DiskStopped(time.instant(), why));
        }
        if (stopped != null && why.isEmpty()) {
            stoppedNanos = null;
            return Optional.of(
                    new Testimony.DiskResumed(
                            time.instant(), Duration.ofNanos(time.nanoTime() - stopped)));
        }
        return Optional.empty();
    }
}
