package org.postern.app.wiring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postern.app.state.GatewayState;
import org.postern.app.telemetry.Metrics;
import org.postern.app.text.Human;
import org.postern.core.config.GreylistingConfig;
import org.postern.core.greylist.Greylist;
import org.postern.core.greylist.GreylistFile;
import org.postern.core.greylist.GreylistLog;
import org.postern.core.time.TimeSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps greylisting's memory over restarts, kills among them: what changes is appended to a log
 * every second; the whole is written anew when the log has grown, every ten minutes in which
 * something changed, and at the stop. Nobody who asks waits for it. A disk that will not is a line
 * in the log and a count; mail goes on, and the whole is tried again.
 */
final class GreylistKeeper implements AutoCloseable {
    /** How often changes are appended. */
    static final Duration APPEND_EVERY = Duration.ofSeconds(1);

    /** How often a changed memory is written whole. */
    static final Duration SAVE_EVERY = Duration.ofMinutes(10);

    /** The largest log; then the memory is written whole. */
    static final long MAX_LOG = 8L << 20;

    /** How long a disk that would not is left alone. */
    private static final Duration RETRY = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger("greylisting");

    private final Greylist greylist = new Greylist();
    private final GreylistFile file;
    private final Path path;
    private final Path logPath;
    private final Supplier<GreylistingConfig> config;
    private final Metrics metrics;
    private final TimeSource time;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition closing = lock.newCondition();
    private @Nullable Thread thread;
    private @Nullable GreylistLog log;
    private boolean closed;
    private boolean wholeOnly;
    private long savedChanges;
    private long nextSave;
    private volatile @Nullable String trouble;

    GreylistKeeper(
            Path data, Supplier<GreylistingConfig> config, Metrics metrics, TimeSource time) {
        this.path = data.resolve("greylist");
        this.logPath = data.resolve("greylist.log");
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

    /** How it is, for the status; nothing while it is switched off. */
    Optional<GatewayState.Helper> helper() {
        GreylistingConfig current = config.get();
        if (current.mode() == GreylistingConfig.Mode.OFF) {
            return Optional.empty();
        }
        String failing = trouble;
        long waiting = greylist.waiting();
        String detail =
                (current.mode() == GreylistingConfig.Mode.OBSERVE ? "observes: " : "")
                        + waiting
                        + " waiting, "
                        + (greylist.entries() - waiting)
                        + " known of "
                        + current.entries()
                        + ", delay "
                        + Human.duration(current.delay())
                        + (failing == null ? "" : "; NOT SAVED: " + failing);
        return Optional.of(new GatewayState.Helper("greylist", "memory", failing == null, detail));
    }

    /** Reads what an earlier run knew, and keeps it from now on. */
    void start() {
        read();
        for (int part = 0; part < Greylist.parts(); part++) {
            greylist.sweep(config.get(), time.instant());
        }
        savedChanges = greylist.changes();
        nextSave = time.nanoTime() + SAVE_EVERY.toNanos();
        thread = Thread.ofVirtual().name("greylist-save").start(this::run);
    }

    private void read() {
        int most = config.get().entries();
        try {
            Files.createDirectories(path.getParent());
            switch (file.load(greylist, most)) {
                case GreylistFile.Read.Whole(long entries) ->
                        LOG.debug("{} triplets in {}", entries, path);
                case GreylistFile.Read.None none -> LOG.debug("no {}", path);
                case GreylistFile.Read.Damaged(String why, Path aside) -> {
                    metrics.count("greylisting.save.failures", "what", "damaged");
                    LOG.warn(
                            "{} cannot be trusted: {}; it lies at {} now, and who stands in it is"
                                    + " new",
                            path,
                            why,
                            aside);
                }
            }
            if (Files.exists(logPath)) {
                GreylistLog opened = GreylistLog.open(logPath);
                log = opened;
                opened.replay(greylist, most);
            }
            if (greylist.entries() > 0) {
                LOG.info("{} triplets known from before", greylist.entries());
            }
        } catch (IOException e) {
            metrics.count("greylisting.save.failures", "what", "read");
            LOG.warn("{} cannot be read, so that some are new: {}", path, e.toString());
            wholeOnly = true;
        }
    }

    private void run() {
        lock.lock();
        try {
            while (!closed) {
                if (closing.awaitNanos(APPEND_EVERY.toNanos()) <= 0) {
                    greylist.sweep(config.get(), time.instant());
                    keep();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Appends what changed, or writes the whole; on the lock's holder. */
    private void keep() {
        boolean due = time.nanoTime() - nextSave >= 0;
        if (wholeOnly && !due) {
            return; // the disk would not: what waits stays bounded meanwhile
        }
        long[] changed = greylist.drain();
        try {
            wholeOnly |= changed == null;
            if (changed != null && changed.length > 0 && !wholeOnly) {
                append(changed);
            }
            boolean full = log != null && log.size() > MAX_LOG;
            if (wholeOnly || full || (due && greylist.changes() != savedChanges)) {
                save();
            }
        } catch (IOException e) {
            wholeOnly = true;
            nextSave = time.nanoTime() + RETRY.toNanos();
            trouble = String.valueOf(e.getMessage());
            metrics.count("greylisting.save.failures", "what", "write");
            LOG.warn("{} cannot be written, tried again in a minute: {}", path, e.toString());
        }
    }

    private void append(long[] changed) throws IOException {
        GreylistLog appending = log;
        if (appending == null) {
            appending = GreylistLog.open(logPath);
            log = appending;
        }
        appending.append(changed);
    }

    /** What changes while it is written is drained afterwards, and so stands in the new log. */
    private void save() throws IOException {
        long start = time.nanoTime();
        long changes = greylist.changes();
        Files.createDirectories(path.getParent());
        file.save(greylist);
        if (log != null) {
            log.clear();
        }
        wholeOnly = false;
        trouble = null;
        savedChanges = changes;
        nextSave = time.nanoTime() + SAVE_EVERY.toNanos();
        metrics.time("greylisting.save", Duration.ofNanos(time.nanoTime() - start));
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (thread == null || closed) {
                return;
            }
            closed = true;
            closing.signalAll();
            if (greylist.changes() != savedChanges) {
                nextSave = time.nanoTime();
                keep();
            }
            if (log != null) {
                log.close();
            }
        } catch (IOException e) {
            LOG.warn("{} cannot be closed: {}", logPath, e.toString());
        } finally {
            lock.unlock();
        }
    }
}
