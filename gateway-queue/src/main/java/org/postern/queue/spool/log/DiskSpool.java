package org.postern.queue.spool.log;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.postern.core.mail.MessageSource;
import org.postern.core.mail.QueueId;
import org.postern.core.time.TimeSource;
import org.postern.queue.index.EntryIndex;
import org.postern.queue.index.Slot;
import org.postern.queue.spool.AttemptResult;
import org.postern.queue.spool.Change;
import org.postern.queue.spool.ClaimOrder;
import org.postern.queue.spool.EntryBrief;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolAlarm;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolHealth;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.SpoolSummary;
import org.postern.queue.spool.SpoolWriter;
import org.postern.queue.spool.disk.Disk;

/**
 * The spool on disk: {@code docs/spool.md} in code. Three threads of its own, the log's writer, the
 * keeper and the preparer of segments; everything else runs on the callers'.
 */
public final class DiskSpool implements Spool {
    private static final int CHANGE_BATCH = 10_000;
    private static final long MAX_BUFFERED = 64L << 20;

    private final SpoolOptions options;
    private final SpoolListener listener;
    private final SpoolClock clock;
    private final EntryIndex index;
    private final EntryReader reader;
    private final LargeFiles large;
    private final Entries entries;
    private final LogWriter writer;
    private final Keeper keeper;
    private final Room room;
    private final Questions questions;
    private final Claims claims;
    private final QueueIds ids;
    private final SegmentStore store;
    private final DiskSpoolWriter.Shared shared;
    private final Closeable directoryLock;
    private final Thread writerThread;
    private final Thread keeperThread;
    private final Preparer preparer;
    private final Thread preparerThread;
    private volatile boolean closed;

    private DiskSpool(
            SpoolOptions options,
            Disk disk,
            TimeSource time,
            SpoolListener listener,
            SpoolOpening opened) {
        this.options = options;
        this.listener = listener;
        this.index = opened.index();
        this.store = opened.store();
        this.preparer = opened.preparer();
        this.directoryLock = opened.lock();
        this.large = opened.large();
        this.clock = new SpoolClock(time, opened.spoolMillis());
        this.ids = new QueueIds(opened.firstId());
        this.reader = new EntryReader(index, store, clock);
        this.writer =
                new LogWriter(
                        store,
                        preparer,
                        clock,
                        ids::ceiling,
                        listener,
                        this::callKeeper,
                        options.mostInHand(),
                        opened.lastLsn(),
                        opened.believedLsn());
        this.entries = new Entries(index, reader, store, writer, this::finished);
        this.claims = new Claims(index, reader, clock, listener);
        this.questions = new Questions(index, reader, large, clock, listener);
        this.keeper =
                new Keeper(disk, options, listener, store, index, entries, writer, ids, clock);
        this.room = new Room(options, keeper, writer);
        this.shared =
                new DiskSpoolWriter.Shared(
                        index,
                        store,
                        writer,
                        ids,
                        large,
                        clock,
                        new BufferBudget(
                                Math.min(MAX_BUFFERED, Runtime.getRuntime().maxMemory() / 8)),
                        new Workspaces(),
                        options.largeBytes(),
                        listener::stored);
        this.writerThread = Thread.ofPlatform().name("spool-writer").unstarted(writer);
        this.preparerThread =
                Thread.ofPlatform().name("spool-preparer").daemon().unstarted(preparer);
        this.keeperThread = Thread.ofPlatform().name("spool-keeper").daemon().unstarted(keeper);
    }

    /**
     * Opens the spool in a directory, making it if need be, and recovers what is there.
     *
     * @throws SpoolException of kind NOT_OPENED with path and remedy if it cannot be opened
     */
    public static DiskSpool open(SpoolOptions options, TimeSource time, SpoolListener listener)
            throws SpoolException {
        return open(options, Disk.real(), time, listener);
    }

    /** As {@link #open(SpoolOptions, TimeSource, SpoolListener)}, on another disk. */
    public static DiskSpool open(
            SpoolOptions options, Disk disk, TimeSource time, SpoolListener listener)
            throws SpoolException {
        SpoolOpening opened = SpoolOpening.open(options, disk, time, listener);
        try {
            DiskSpool spool = new DiskSpool(options, disk, time, listener, opened);
            spool.start(opened);
            return spool;
        } catch (IOException | RuntimeException e) {
            opened.closeAfter(e);
            throw SpoolOpening.notOpened(options.directory(), e);
        }
    }

    private void callKeeper() {
        keeper.call();
    }

    private void start(SpoolOpening opened) throws IOException {
        writer.start();
        keeper.look();
        preparerThread.start();
        writerThread.start();
        keeperThread.start();
        keeper.call();
        for (long id : opened.withoutContent()) {
            listener.alarm(
                    new SpoolAlarm(
                            SpoolAlarm.Kind.DAMAGE,
                            large.path(id).toString(),
                            "the content of " + new QueueId(id) + " is missing or cut; held"));
            change(
                    List.of(new QueueId(id)),
                    new Change.Hold("spool", "its content is missing or cut"));
        }
    }

    /** One round of the keeper's, here and now: for tests that do not want to wait for it. */
    void keepHouse() {
        keeper.round();
    }

    /** On the writer's thread, once it is durable that an entry is over. */
    private void finished(long id, int size) {
        if (size > Math.min(options.largeBytes(), DiskSpoolWriter.EARLY_LARGE)) {
            try {
                large.delete(id);
            } catch (IOException e) {
                listener.alarm(
                        new SpoolAlarm(
                                SpoolAlarm.Kind.NOTICE,
                                large.path(id).toString(),
                                "cannot be deleted, the next start does: " + e.getMessage()));
            }
        }
    }

    @Override
    public SpoolWriter begin() throws SpoolException {
        SpoolHealth health = health();
        if (!health.room()) {
            SpoolException trouble = writer.trouble();
            throw closed
                    ? new SpoolException(SpoolException.Kind.CLOSED, health.detail())
                    : new SpoolException(
                            trouble == null ? SpoolException.Kind.FULL : trouble.kind(),
                            health.detail());
        }
        return new DiskSpoolWriter(shared, ids.take(writer));
    }

    @Override
    public SpoolHealth health() {
        return closed ? room.closed() : room.now();
    }

    @Override
    public SpoolSummary summary() {
        return questions.summary();
    }

    @Override
    public Optional<QueueEntry> find(QueueId id) throws SpoolException {
        return questions.find(id);
    }

    @Override
    public Stream<QueueEntry> entries(Set<EntryState> states, Predicate<EntryBrief> worthReading) {
        return questions.entries(states, worthReading);
    }

    @Override
    public void survey(Set<EntryState> states, Consumer<EntryBrief> each) {
        questions.survey(states, each);
    }

    @Override
    public MessageSource relayed(QueueId id) throws SpoolException {
        return questions.content(id, true);
    }

    @Override
    public MessageSource received(QueueId id) throws SpoolException {
        return questions.content(id, false);
    }

    @Override
    public List<QueueEntry> claimDue(int max, ClaimOrder order, Predicate<String> wanted) {
        return claims.due(max, order, wanted);
    }

    @Override
    public String route(QueueId id) {
        return questions.route(id);
    }

    @Override
    public void letGo(QueueId id, Duration wait) {
        claims.letGo(id, wait);
    }

    @Override
    public int retryNow(Collection<QueueId> wanted) {
        return claims.retryNow(wanted);
    }

    @Override
    public Optional<QueueEntry> record(QueueId id, AttemptResult result, Runnable onceDurable)
            throws SpoolException {
        long now = clock.millis();
        boolean ends = result.endsClaim();
        Entries.Handed handed =
                entries.change(
                        id.sequence(),
                        ends,
                        entry -> Transitions.attempt(entry.status(), result, ends, now),
                        onceDurable);
        if (handed == null) {
            throw new SpoolException(SpoolException.Kind.UNKNOWN, id + " is not in the spool");
        }
        if (handed.request() == null) {
            onceDurable.run();
        } else {
            handed.request().awaitKept();
            entries.letGoKept(handed.request());
        }
        return switch (handed.next()) {
            case Entries.Next.Over o -> Optional.empty();
            case Entries.Next.Status s -> Optional.of(after(handed.before(), s.status()));
            case Entries.Next.NoChange n -> Optional.of(reader.entry(handed.before()));
        };
    }

    /** The entry as this record made it, whatever came after. */
    private QueueEntry after(EntryReader.Full before, EntryStatus status) {
        Slot now = index.get(before.slot().id());
        return reader.entry(
                new EntryReader.Full(now == null ? before.slot() : now, before.message(), status));
    }

    @Override
    public List<QueueId> change(Collection<QueueId> wanted, Change change) throws SpoolException {
        List<QueueId> done = new ArrayList<>();
        List<LogRequest> requests = new ArrayList<>();
        for (QueueId id : wanted) {
            long now = clock.millis();
            Entries.Handed handed =
                    entries.change(
                            id.sequence(),
                            false,
                            entry -> Transitions.change(entry.status(), change, now),
                            () -> {});
            if (handed != null && handed.request() != null) {
                requests.add(handed.request());
                done.add(id);
            }
            if (requests.size() >= CHANGE_BATCH) {
                await(requests);
            }
        }
        await(requests);
        return done;
    }

    @Override
    public int outcomesInHand() {
        return writer.inHand();
    }

    private static void await(List<LogRequest> requests) throws SpoolException {
        for (LogRequest request : requests) {
            request.await();
        }
        requests.clear();
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        keeper.close();
        join(keeperThread);
        try {
            // what comes before it is thereby known to have been forced
            writer.submit(ids.mark());
        } catch (SpoolException e) {
            listener.alarm(
                    new SpoolAlarm(
                            SpoolAlarm.Kind.NOTICE,
                            options.directory().toString(),
                            "closed without a last mark: " + e.getMessage()));
        }
        writer.close();
        join(writerThread);
        preparer.stop();
        join(preparerThread);
        try {
            index.close();
            store.close();
            directoryLock.close();
        } catch (IOException e) {
            listener.alarm(
                    new SpoolAlarm(
                            SpoolAlarm.Kind.NOTICE,
                            options.directory().toString(),
                            "closing: " + e.getMessage()));
        }
    }

    private static void join(Thread thread) {
        while (thread.isAlive()) {
            joinBriefly(thread);
        }
    }

    private static void joinBriefly(Thread thread) {
        boolean interrupted = Thread.interrupted();
        try {
            thread.join(Duration.ofMillis(100));
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
