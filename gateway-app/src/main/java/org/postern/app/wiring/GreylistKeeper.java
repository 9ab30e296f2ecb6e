package org.postern.app.wiring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.GreylistingConfig;
import org.postern.core.greylist.Greylist;
import org.postern.core.greylist.GreylistFile;
import org.postern.core.time.TimeSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps greylisting's memory over restarts: read at the start, written every minute in which
 * something changed and at the stop, never while somebody waits. What a crash loses costs those
 * senders one more delay. A disk that will not is a line in the log and a count; mail goes on.
 */
final class GreylistKeeper implements AutoCloseable {
    /** How often a changed memory is written. */
    static final Duration SAVE_EVERY = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger("greylisting");

    private final Greylist greylist = new Greylist();
    private final GreylistFile file;
    private final Path path;
    private final Supplier<GreylistingConfig> config;
    private final Metrics metrics;
    private final TimeSource time;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition closing = lock.newCondition();
    private @Nullable Thread thread;
    private boolean closed;
    private long saved;

    GreylistKeeper(
            Path data, Supplier<GreylistingConfig> config, Metrics metrics, TimeSource time) {
        this.path = data.resolve("greylist");
        this.file = new GreylistFile(path);
        this.config = config;
        this.metrics = metrics;
        this.time = time;
        metrics.gauge("greylisting.entries", greylist::entries);
        metrics.gauge("greylisting.waiting", greylist::waiting);
        metrics.gauge("greylisting.memory.bytes", greylist::bytes);
        metrics.gauge("greylisting.evicted", greylist::evicted);
    }

    /** The memory. */
    Greylist greylist() {
        return greylist;
    }

    /** Reads what an earlier run knew, and saves from now on. */
    void start() {
        try {
            switch (file.load(greylist, config.get().entries())) {
                case GreylistFile.Read.Whole(long entries) ->
                        LOG.info("{} triplets known from before", entries);
                case GreylistFile.Read.None none -> LOG.debug("nothing known from before");
                case GreylistFile.Read.Damaged(String why, Path aside) -> {
                    metrics.count("greylisting.save.failures", "what", "damaged");
                    LOG.warn(
                            "{} cannot be trusted: {}; it lies at {} now, and everybody is new",
                            path,
                            why,
                            aside);
                }
            }
        } catch (IOException e) {
            metrics.count("greylisting.save.failures", "what", "read");
            LOG.warn("{} cannot be read, so everybody is new: {}", path, e.toString());
        }
        saved = greylist.changes();
        thread = Thread.ofVirtual().name("greylist-save").start(this::run);
    }

    private void run() {
        lock.lock();
        try {
            while (!closed) {
                long left = closing.awaitNanos(SAVE_EVERY.toNanos());
                if (left <= 0) {
                    save();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Writes it if anything has changed since; on the lock's holder. */
    private void save() {
        long changes = greylist.changes();
        if (changes == saved) {
            return;
        }
        long start = time.nanoTime();
        try {
            Files.createDirectories(path.getParent());
            file.save(greylist);
            saved = changes;
            metrics.time("greylisting.save", Duration.ofNanos(time.nanoTime() - start));
        } catch (IOException e) {
            metrics.count("greylisting.save.failures", "what", "write");
            LOG.warn("{} cannot be written, tried again in a minute: {}", path, e.toString());
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (thread != null && !closed) {
                closed = true;
                closing.signalAll();
                save();
            }
        } finally {
            lock.unlock();
        }
    }
}
