package org.postern.queue.spool.log;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.postern.core.time.Bell;
import org.postern.queue.index.EntryIndex;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.SpoolAlarm;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.disk.Disk;

/**
 * The thread that keeps house: ends of left segments, return of space, free space, the trash, and a
 * mark a minute. A failure is an alarm and another try a second later.
 */
final class Keeper implements Runnable {
    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long MARK_MILLIS = Duration.ofMinutes(1).toMillis();
    private static final long SETTLE_MILLIS = Duration.ofMinutes(1).toMillis();
    private static final long DIGEST_MILLIS = Duration.ofSeconds(10).toMillis();
    private static final int DIGESTS_A_ROUND = 4;
    private static final int TRASH_BATCH = 10_000;

    private final Disk disk;
    private final SpoolOptions options;
    private final SpoolListener listener;
    private final SegmentStore store;
    private final EntryIndex index;
    private final Entries entries;
    private final Evacuator evacuator;
    private final LogWriter writer;
    private final QueueIds ids;
    private final SpoolClock clock;

    private final Bell bell = new Bell();

    private volatile long freeBytes = Long.MAX_VALUE;
    private volatile long freeInodes = Long.MAX_VALUE;
    private long markedAt;
    private long trashAt;
    private String lastTrouble = "";

    Keeper(
            Disk disk,
            SpoolOptions options,
            SpoolListener listener,
            SegmentStore store,
            EntryIndex index,
            Entries entries,
            LogWriter writer,
            QueueIds ids,
            SpoolClock clock) {
        this.disk = disk;
        this.options = options;
        this.listener = listener;
        this.store = store;
        this.index = index;
        this.entries = entries;
        this.evacuator = new Evacuator(index, store, writer, clock, options.compactionBytes());
        this.writer = writer;
        this.ids = ids;
        this.clock = clock;
        this.markedAt = clock.millis();
    }

    /** Asks for a round at once. */
    void call() {
        bell.ring();
    }

    void close() {
        bell.close();
    }

    /** Free bytes when last looked at. */
    long freeBytes() {
        return freeBytes;
    }

    /** Free inodes when last looked at. */
    long freeInodes() {
        return freeInodes;
    }

    @Override
    public void run() {
        while (waitForTick()) {
            round();
        }
    }

    private boolean waitForTick() {
        try {
            return bell.await(TICK_NANOS);
        } catch (InterruptedException e) {
            return !bell.isClosed();
        }
    }

    /** One round of everything. */
    synchronized void round() {
        try {
            look();
            endLeftSegments();
            store.deleteUnneeded(new CorruptFolder(disk, options.directory()));
            digest();
            mark();
            emptyTrash();
            evacuate();
            lastTrouble = "";
        } catch (IOException | RuntimeException e) {
            String trouble = String.valueOf(e.getMessage());
            if (!trouble.equals(lastTrouble) && !bell.isClosed()) {
                lastTrouble = trouble;
                listener.alarm(
                        new SpoolAlarm(
                                SpoolAlarm.Kind.WRITE_FAILED,
                                options.directory().toString(),
                                "keeping house failed, tried again each second: " + e));
            }
        }
    }

    /** Looks at the free space. */
    void look() throws IOException {
        freeBytes = disk.usableSpace(options.directory());
        freeInodes = disk.usableInodes(options.directory());
    }

    private void endLeftSegments() throws IOException {
        for (Segment segment : store.all()) {
            if (segment.left && !segment.ended && !segment.poisoned && !segment.damaged) {
                try {
                    store.end(segment);
                } catch (IOException e) {
                    // whatever is in it was forced before; it is evacuated and goes
                    segment.poisoned = true;
                    throw e;
                }
            }
        }
    }

    /** Writes down what a start needs of a few finished segments that have stayed for a while. */
    private void digest() throws IOException {
        int written = 0;
        for (Segment segment : store.all()) {
            if (segment.ended
                    && !segment.digested
                    && !segment.damaged
                    && segment.leftMillis + DIGEST_MILLIS <= clock.millis()) {
                segment.digested = true;
                Digest.write(disk, segment);
                if (++written == DIGESTS_A_ROUND) {
                    return;
                }
            }
        }
    }

    private void mark() throws SpoolException {
        if (clock.millis() - markedAt >= MARK_MILLIS) {
            markedAt = clock.millis();
            writer.submit(ids.mark());
        }
    }

    private void emptyTrash() throws SpoolException {
        if (index.count(EntryState.TRASH) == 0 || clock.millis() - trashAt < TICK_NANOS / 1000000) {
            return;
        }
        trashAt = clock.millis();
        long now = clock.millis();
        for (long id : index.expiredTrash(clock.seconds(), TRASH_BATCH)) {
            entries.change(
                    id,
                    false,
                    entry ->
                            entry.status().state() == EntryState.TRASH
                                            && entry.status().trashUntil() <= now
                                    ? new Entries.Next.Over()
                                    : new Entries.Next.NoChange(),
                    () -> {});
        }
    }

    private void evacuate() throws IOException {
        if (writer.trouble() == null && evacuator.goOn(clock.millis() - SETTLE_MILLIS)) {
            store.deleteUnneeded(new CorruptFolder(disk, options.directory()));
        }
    }
}
