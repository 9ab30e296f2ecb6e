package org.postern.app.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.JournalConfig;
import org.postern.core.journal.Journal;
import org.postern.core.journal.JournalEvent;
import org.postern.core.time.Rounds;
import org.postern.core.time.TimeSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the journal: events wait in a bounded queue, one thread takes them in batches and commits
 * each to the file of the day. {@link #append} never waits. What finds no place, or cannot be
 * written, is lost, counted by reason, and the loss itself is noted in the journal as soon as that
 * can be written again. Mail never knows.
 *
 * <p>How it fails: a damaged file is set aside and the day goes on in a new one; one of another
 * version is left as it is and the day goes on in its next part; where the file cannot be reached
 * or is locked the same events are tried again until they are written, while the queue fills.
 *
 * <p>It stops writing before it takes the disk from the spool: below twice {@code spool.min-free}
 * everything is lost with the reason {@code disk}.
 */
public final class JournalWriter implements Journal, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("journal");

    private static final int BATCH = 4_000;
    private static final Duration GATHER = Duration.ofMillis(250);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(5);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(30);
    private static final long STOP_SECONDS = 20;

    /** How often a batch is tried that fails for reasons of its own. */
    private static final int ATTEMPTS = 3;

    /** How long a loss is worth an alert. */
    private static final Duration NEWS = Duration.ofMinutes(15);

    /** Why events are lost: the values of a metric's label. */
    private static final List<String> REASONS =
            List.of("queue-full", "refusals-shed", "disk", "failed", "stopped");

    /** How many parts of {@code max-size} a file may have before the day goes on in another. */
    private static final int PARTS = 4;

    private final JournalConfig config;
    private final Duration pause;
    private final DayFiles files;
    private final long minFree;
    private final Metrics metrics;
    private final TimeSource time;

    /** One in so many places of the queue is kept for mail that was taken. */
    private static final int KEPT = 4;

    private final BlockingQueue<JournalEvent> queue;
    private final LongAdder lost = new LongAdder();
    private final Thread thread;

    private volatile boolean stopping;
    private volatile String trouble = "";
    private volatile @Nullable Loss latest;
    private volatile @Nullable Damage damage;
    private final OpenDay day;
    private long notedLoss;
    private long lastLook;
    private boolean room = true;

    /** A file that was set aside. */
    private record Damage(long nanos, String what) {}

    /** The latest loss. */
    private record Loss(long nanos, String reason) {}

    /**
     * A writer into {@code folder}, which is made where it does not exist, with its thread started.
     *
     * @param minFree free octets that it leaves to others
     * @throws IOException if the folder cannot be made or the key of hashed addresses not be read
     */
    public JournalWriter(
            JournalConfig config, Path folder, long minFree, Metrics metrics, TimeSource time)
            throws IOException {
        this(config, folder, minFree, metrics, time, PAUSE_AFTER_FAILURE);
    }

    /**
     * @param pause after a failure
     */
    JournalWriter(
            JournalConfig config,
            Path folder,
            long minFree,
            Metrics metrics,
            TimeSource time,
            Duration pause)
            throws IOException {
        this.config = config;
        this.pause = pause;
        this.files = new DayFiles(folder);
        this.minFree = minFree;
        this.metrics = metrics;
        this.time = time;
        this.queue = new ArrayBlockingQueue<>(config.queue());
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwxr-x---")));
        }
        this.day = new OpenDay(files, Privacy.forWriting(config.privacy(), folder));
        metrics.gauge("journal.queue", queue::size);
        metrics.count("journal.set.aside", 0);
        metrics.gauge("journal.writable", () -> trouble.isEmpty() ? 1 : 0);
        REASONS.forEach(reason -> metrics.count("journal.lost", 0, "reason", reason));
        this.lastLook = time.nanoTime() - BETWEEN_LOOKS.toNanos();
        this.thread = Thread.ofPlatform().name("journal").daemon().start(this::run);
    }

    @Override
    public void append(JournalEvent event) {
        if (stopping) {
            lose(1, "stopped");
        } else if (isOfStrangers(event) && queue.remainingCapacity() <= config.queue() / KEPT) {
            lose(1, "refusals-shed");
        } else if (!queue.offer(event)) {
            lose(1, "queue-full");
        }
    }

    /** What a flood consists of; the last places of the queue are for mail that was taken. */
    private static boolean isOfStrangers(JournalEvent event) {
        return event instanceof JournalEvent.Refusal
                || (event instanceof JournalEvent.Connection c && c.accepted() == 0);
    }

    private void lose(int count, String reason) {
        if (count == 0) {
            return;
        }
        lost.add(count);
        latest = new Loss(time.nanoTime(), reason);
        metrics.count("journal.lost", count, "reason", reason);
    }

    /** Events lost since the start. */
    public long lost() {
        return lost.sum();
    }

    /** Why nothing can be written just now, or empty. */
    public String trouble() {
        return trouble;
    }

    /** Why there are gaps, or will be, one line; empty while everything is written. */
    public Optional<String> missing() {
        String now = trouble;
        if (!now.isEmpty()) {
            return Optional.of(
                    "the journal cannot be written: " + now + "; events lost so far: " + lost());
        }
        Damage broken = damage;
        if (broken != null && time.nanoTime() - broken.nanos() < NEWS.toNanos()) {
            return Optional.of("the journal's file " + broken.what());
        }
        Loss loss = latest;
        return loss != null && time.nanoTime() - loss.nanos() < NEWS.toNanos()
                ? Optional.of(lost() + " events of the journal are lost: " + loss.reason())
                : Optional.empty();
    }

    private void run() {
        List<JournalEvent> batch = new ArrayList<>(BATCH);
        try {
            while (!stopping || !queue.isEmpty()) {
                boolean written =
                        Rounds.survives(
                                LOG,
                                "writing the journal",
                                () -> {
                                    gather(batch);
                                    if (!batch.isEmpty()) {
                                        commit(batch);
                                    }
                                });
                if (!written) {
                    day.close(); // what it had in memory of the file may not be in there
                    lose(batch.size(), "failed");
                }
                batch.clear();
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lose(queue.size(), "stopped");
            day.close();
        }
    }

    /** Waits for a first event, and then a moment for others to come along. */
    private void gather(List<JournalEvent> batch) throws InterruptedException {
        JournalEvent first = queue.poll(500, TimeUnit.MILLISECONDS);
        if (first == null) {
            return;
        }
        batch.add(first);
        long end = time.nanoTime() + GATHER.toNanos();
        while (batch.size() < BATCH) {
            queue.drainTo(batch, BATCH - batch.size());
            long left = end - time.nanoTime();
            if (left <= 0 || stopping) {
                return;
            }
            if (batch.size() < BATCH) {
                // in bigger bites than one event each, or the waiting costs more than the writing
                Thread.sleep(Duration.ofNanos(Math.min(left, 20_000_000)));
            }
        }
    }

    /** Writes a batch. What cannot be written now is tried again until it can be, or is lost. */
    private void commit(List<JournalEvent> batch) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            if (!room) {
                lose(batch.size(), "disk");
                return;
            }
            noteLoss(batch);
            long before = time.nanoTime();
            try {
                day.of(today()).write(batch);
                metrics.count("journal.events", batch.size());
                metrics.time("journal.commit", Duration.ofNanos(time.nanoTime() - before));
                well();
                return;
            } catch (SQLException | IOException | RuntimeException e) {
                if (!again(e, attempt)) {
                    lose(batch.size(), "failed");
                    return;
                }
            }
        }
    }

    private void well() {
        if (!trouble.isEmpty()) {
            LOG.info("the journal is written again");
            trouble = "";
        }
    }

    /** What is to be done about a failure; whether the same batch is tried again. */
    private boolean again(Exception e, int attempt) throws InterruptedException {
        if (trouble.isEmpty()) {
            LOG.error(
                    "the journal cannot be written, mail flows on without: {}", e.getMessage(), e);
        }
        trouble = String.valueOf(e.getMessage());
        boolean again =
                switch (Sqlite.fault(e)) {
                    case DAMAGED -> setAside(attempt);
                    case FULL -> {
                        day.close();
                        room = false; // until a look finds some
                        yield true;
                    }
                    case AWAY -> {
                        day.close();
                        yield !stopping;
                    }
                    case OTHER_VERSION, OTHER -> {
                        day.close();
                        yield !stopping && attempt < ATTEMPTS;
                    }
                };
        if (again && !stopping && attempt > 1) {
            // whoever holds the file may need a while; the queue fills up meanwhile
            Thread.sleep(pause);
            look();
        }
        return again;
    }

    private boolean setAside(int attempt) {
        try {
            String what = day.setAside(today());
            damage = new Damage(time.nanoTime(), what);
            metrics.count("journal.set.aside");
            append(new JournalEvent.Witness(time.instant(), "alarm", "the journal's file " + what));
            return attempt < ATTEMPTS;
        } catch (IOException e) {
            trouble = "a damaged file cannot be set aside: " + e.getMessage();
            LOG.error("{}", trouble);
            return false;
        }
    }

    private LocalDate today() {
        return LocalDate.ofInstant(time.instant(), ZoneOffset.UTC);
    }

    private void noteLoss(List<JournalEvent> batch) {
        long now = lost.sum();
        if (now > notedLoss) {
            batch.addFirst(
                    new JournalEvent.Witness(
                            time.instant(),
                            "lost",
                            (now - notedLoss) + " events before this were not written"));
            notedLoss = now;
        }
    }

    /** From time to time: room on the disk, the file's size, what is too old. */
    private void look() throws InterruptedException {
        if (time.nanoTime() - lastLook >= BETWEEN_LOOKS.toNanos()) {
            lastLook = time.nanoTime();
            Rounds.survives(LOG, "looking after the journal", this::lookNow);
        }
    }

    private void lookNow() {
        try {
            long free = Files.getFileStore(files.folder()).getUsableSpace();
            boolean enough = free > 2 * minFree;
            if (room && !enough) {
                LOG.error(
                        "{}: {} MB free: the journal pauses, so that the spool can have them",
                        files.folder(),
                        free >> 20);
            }
            if (!enough) {
                trouble = "the disk is too full";
            } else if (!room) {
                trouble = "";
            }
            room = enough;
            LocalDate oldest =
                    LocalDate.ofInstant(time.instant().minus(config.retention()), ZoneOffset.UTC);
            day.look(config.maxSize() / PARTS, oldest, config.maxSize());
        } catch (IOException | SQLException e) {
            LOG.warn("journal: {}", e.toString());
        }
    }

    /** Writes out what waits and stops. */
    @Override
    public void close() {
        stopping = true;
        try {
            thread.join(Duration.ofSeconds(STOP_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
