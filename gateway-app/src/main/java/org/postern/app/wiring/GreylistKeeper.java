package org.postern.app.wiring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
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
import org.postern.core.time.Rounds;
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

    /** Whether the file has the key that the table's triplets are made with. */
    private boolean keyKept;

    /** What could not be read at the start. */
    private volatile @Nullable String lost;

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
        metrics.counter("greylisting.evicted", greylist::evicted);
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
                        + (lost == null ? "" : "; some of before are LOST: " + lost)
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
        nextSave = time.nanoTime() + (wholeOnly ? 0 : SAVE_EVERY.toNanos());
        thread = Thread.ofVirtual().name("greylist-save").start(this::run);
    }

    /** Whatever is wrong with what is there: some are new, and somebody is told; mail goes on. */
    private void read() {
        try {
            Files.createDirectories(path.getParent());
        } catch (IOException e) {
            LOG.warn("{} cannot be made: {}", path.getParent(), e.toString());
        }
        int most = config.get().entries();
        Instant forgotten = time.instant().plus(config.get().keep());
        keyKept = table(most, forgotten);
        changes(most, forgotten);
        if (greylist.entries() > 0) {
            LOG.info("{} triplets known from before", greylist.entries());
        }
    }

    /** Reads the table; whether its key is the file's. */
    private boolean table(int most, Instant forgotten) {
        try {
            return switch (file.load(greylist, most)) {
                case GreylistFile.Read.Whole(long entries, boolean former) -> {
                    LOG.debug("{} triplets in {}", entries, path);
                    if (former) {
                        former(path, entries, forgotten);
                    }
                    yield !former;
                }
                case GreylistFile.Read.None none -> false;
                case GreylistFile.Read.Damaged(String why, Path aside) -> {
                    putAside(path, why, aside);
                    yield false;
                }
            };
        } catch (IOException e) {
            unreadable(path, e);
            return false;
        }
    }

    /** Reads what changed since the table was written. */
    private void changes(int most, Instant forgotten) {
        try {
            switch (GreylistLog.replay(logPath, greylist, most)) {
                case GreylistLog.Read.Replayed(long records, boolean former, long cut) -> {
                    if (former) {
                        former(logPath, records, forgotten);
                    }
                    if (cut > 0) {
                        LOG.info(
                                "the last {} octets of {} were no whole change, as after a kill",
                                cut,
                                logPath);
                    }
                    wholeOnly |= records > 0 || cut > 0;
                }
                case GreylistLog.Read.None none -> LOG.debug("no {}", logPath);
                case GreylistLog.Read.Foreign(String why, Path aside) ->
                        putAside(logPath, why, aside);
            }
        } catch (IOException e) {
            unreadable(logPath, e);
        }
    }

    /** What was made without a key is found, and made anew with it, when its sender comes. */
    private void former(Path which, long entries, Instant forgotten) {
        greylist.expectFormer(forgotten);
        wholeOnly = true; // and written in the form of today at once
        LOG.info(
                "{} is of the form before, without a key: its {} triplets are taken over as their"
                        + " senders come, until {}",
                which,
                entries,
                forgotten);
    }

    private void putAside(Path which, String why, Path aside) {
        metrics.count("greylisting.save.failures", "what", "damaged");
        lose(why + ", see " + aside);
        LOG.warn(
                "{} cannot be used: {}; it lies at {} now, and who stands in it is new",
                which,
                why,
                aside);
    }

    private void lose(String why) {
        lost = lost == null ? why : lost; // what is wrong with the log mostly comes of it
    }

    private void unreadable(Path which, IOException e) {
        metrics.count("greylisting.save.failures", "what", "read");
        lose(which.getFileName() + " cannot be read");
        LOG.warn("{} cannot be read, so that some are new: {}", which, e.toString());
        try {
            LOG.warn(
                    "it lies at {} now",
                    Files.move(
                            which,
                            which.resolveSibling(which.getFileName() + ".unread"),
                            StandardCopyOption.REPLACE_EXISTING));
        } catch (IOException second) {
            LOG.warn("nor can it be put aside: {}", second.toString());
        }
    }

    private void run() {
        lock.lock();
        try {
            while (!closed) {
                if (closing.awaitNanos(APPEND_EVERY.toNanos()) <= 0) {
                    round();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private void round() throws InterruptedException {
        boolean kept =
                Rounds.survives(
                        LOG,
                        "keeping greylisting's memory",
                        () -> {
                            greylist.sweep(config.get(), time.instant());
                            keep();
                        });
        if (!kept) {
            wholeOnly = true; // what was taken out of the table's changes is in no log
            nextSave = time.nanoTime() + RETRY.toNanos();
        }
    }

    /** Appends what changed, or writes the whole; on the lock's holder. */
    void keep() {
        boolean due = time.nanoTime() - nextSave >= 0;
        if (wholeOnly && !due) {
            return; // the disk would not: what waits stays bounded meanwhile
        }
        long[] changed = greylist.drain();
        try {
            // what is made with a key that nobody has kept is of no use to anybody
            wholeOnly |= changed == null || (changed.length > 0 && !keyKept);
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
            appending = GreylistLog.begin(logPath, greylist);
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
        keyKept = true;
        if (log != null) {
            log.clear(greylist);
        } else if (Files.exists(logPath)) {
            log = GreylistLog.begin(logPath, greylist);
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
