package org.postern.queue.spool.log;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.QueueId;
import org.postern.queue.spool.SpoolAlarm;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.disk.Disk;

/**
 * The one thread that writes the log: takes whatever waits, writes it, forces once, applies it, and
 * lets everybody go. What it does on failure stands in {@code docs/spool.md}, "The one writer".
 */
final class LogWriter implements Runnable {
    private static final int GROUP_BYTES = 1 << 20;
    private static final long MAX_WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long BROKEN_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** How many entries an alarm names. */
    private static final int NAMED = 20;

    private final SegmentStore store;
    private final Preparer preparer;
    private final SpoolClock clock;
    private final LongSupplier idCeiling;
    private final SpoolListener listener;
    private final Runnable segmentChanged;
    private final GroupBuffer buffer = new GroupBuffer();

    private final Inbox inbox = new Inbox(GROUP_BYTES);
    private volatile boolean over;
    private volatile int inHandCount;

    // the writer's own
    private final ArrayDeque<LogRequest> todo = new ArrayDeque<>();

    /** State records that no disk took; before all that is still to do. */
    private final InHand stuck;

    /** Whether no segment could be opened, and when that is tried again. */
    private boolean withoutSegment;

    private long nextTry;
    private @Nullable Segment segment;
    private long nextLsn;
    private long forcedLsn;
    private long forceNanos;
    private int lastGroup;
    private List<Written> inHand = List.of();

    private volatile @Nullable SpoolException trouble;

    /** One record of the group under way. */
    private record Written(LogRequest request, int offset, RecordHeader header) {}

    LogWriter(
            SegmentStore store,
            Preparer preparer,
            SpoolClock clock,
            LongSupplier idCeiling,
            SpoolListener listener,
            Runnable segmentChanged,
            int mostInHand,
            long lastLsn,
            long believedLsn) {
        this.store = store;
        this.preparer = preparer;
        this.clock = clock;
        this.idCeiling = idCeiling;
        this.listener = listener;
        this.segmentChanged = segmentChanged;
        this.stuck = new InHand(mostInHand);
        this.nextLsn = lastLsn + 1;
        this.forcedLsn = believedLsn;
    }

    /** Hands in a record. The caller waits on the request itself. */
    void submit(LogRequest request) throws SpoolException {
        inbox.add(request);
    }

    /** Why messages cannot be written now, null when they can. */
    @Nullable SpoolException trouble() {
        return trouble;
    }

    /** How many state records no disk has taken yet, as of the last try. */
    int inHand() {
        return inHandCount;
    }

    /** Lets the writer end when everything handed in is written. */
    void close() {
        inbox.close();
    }

    /** Opens the first segment. Before the thread starts. */
    void start() throws IOException {
        segment = store.openNext(false, facts());
    }

    private SegmentStore.HeaderFacts facts() {
        return new SegmentStore.HeaderFacts(
                nextLsn, forcedLsn, idCeiling.getAsLong(), clock.millis());
    }

    @Override
    public void run() {
        try {
            while (take()) {
                process();
                inHandCount = stuck.size();
            }
        } finally {
            endWith(new SpoolException(SpoolException.Kind.CLOSED, "the spool is closed"));
        }
    }

    /** Waits for work; false at the end. */
    private boolean take() {
        if (trouble == null) {
            inbox.await(1, Long.MAX_VALUE);
            gather();
        } else if (inbox.isEmpty()) {
            // for a disk that works again
            long left = withoutSegment ? nextTry - System.nanoTime() : BROKEN_WAIT_NANOS;
            inbox.await(1, Math.max(0, left));
        }
        // looked at first: what comes later is for the end
        boolean closing = inbox.isClosing();
        return inbox.takeAll(todo) || !closing;
    }

    /**
     * Waits for as many as came along last time, but no longer than the last force took: sessions
     * that were let go together come back together, and one force then serves them all. Whoever is
     * alone waits for nobody.
     */
    private void gather() {
        if (lastGroup > 1) {
            inbox.await(lastGroup, Math.min(MAX_WINDOW_NANOS, forceNanos));
        }
    }

    private void endWith(SpoolException why) {
        inbox.shut(todo);
        over = true;
        // in hand there is something only if a defect ended the thread
        inHand.forEach(w -> w.request().fail(why));
        if (!stuck.isEmpty()) {
            alarmOf(stuck);
        }
        stuck.fail(why);
        todo.forEach(r -> r.fail(why));
        todo.clear();
    }

    /** What a stop gives up is said: nobody waits for most of it. */
    private void alarmOf(InHand lost) {
        String first =
                lost.first(NAMED).stream()
                        .map(id -> new QueueId(id).toString())
                        .collect(Collectors.joining(" "));
        listener.alarm(
                new SpoolAlarm(
                        SpoolAlarm.Kind.WRITE_FAILED,
                        "the outcomes in hand",
                        "no disk took what became of "
                                + lost.size()
                                + " messages before the spool was closed; those that were"
                                + " delivered are delivered again: "
                                + first
                                + (lost.size() > NAMED ? " ..." : "")));
    }

    private void process() {
        do {
            Segment current = segment;
            if (current != null && current.stateOnly && preparer.spareReady()) {
                leave(current);
                current = null;
            }
            if (current == null) {
                current = openSegment();
                if (current == null) {
                    return;
                }
            }
            List<Written> group = new ArrayList<>();
            inHand = group;
            try {
                boolean full = fill(current, group);
                force(current, group);
                publish(current, group);
                if (full) {
                    leave(current);
                }
            } catch (IOException e) {
                poison(current, group, e);
                // at once: its header says that the failed group is not to be believed
                openSegment();
            }
        } while (!todo.isEmpty());
    }

    /** Writes requests until none is left, the group is large, or the segment is full: true. */
    private boolean fill(Segment current, List<Written> group) throws IOException {
        buffer.begin(current.end, current.capacity);
        int at = current.end;
        boolean onlyCopies = true;
        for (LogRequest r = todo.peek(); r != null; r = todo.peek()) {
            if (r.kind() == LogRequest.Kind.COPY && !onlyCopies) {
                return false;
            }
            if (r.kind() != LogRequest.Kind.STATE && current.stateOnly) {
                if (preparer.spareReady()) {
                    return true;
                }
                todo.remove();
                r.fail(full("only outcomes are recorded until space returns", null));
                continue;
            }
            Payload payload = r.payload();
            if (payload == null) {
                todo.remove();
                r.complete();
                continue;
            }
            int space = RecordHeader.spaceFor(payload.length());
            if (space > current.capacity - at) {
                if (at > SegmentEnd.FIRST_RECORD) {
                    return true;
                }
                todo.remove();
                r.fail(failed("a record of " + space + " octets is larger than a segment", null));
                continue;
            }
            onlyCopies &= r.kind() == LogRequest.Kind.COPY;
            RecordHeader header =
                    new RecordHeader(
                            r.type(),
                            nextLsn++,
                            forcedLsn,
                            clock.millis(),
                            payload.length(),
                            payload.crc());
            group.add(new Written(r, at, header));
            todo.remove();
            buffer.put(current.file, header, payload);
            at += space;
            if (at - current.end >= GROUP_BYTES) {
                return false;
            }
        }
        return false;
    }

    private void force(Segment current, List<Written> group) throws IOException {
        if (group.isEmpty()) {
            return;
        }
        buffer.drain(current.file);
        long start = System.nanoTime();
        current.file.force(false);
        forceNanos = System.nanoTime() - start;
        lastGroup = group.size();
        listener.synced(
                Duration.ofNanos(forceNanos), group.size(), (long) buffer.at() - current.end);
    }

    private void publish(Segment current, List<Written> group) {
        if (group.isEmpty()) {
            return;
        }
        current.end = buffer.at();
        forcedLsn = group.getLast().header().lsn();
        current.lastLsn = forcedLsn;
        for (Written w : group) {
            w.request().applied(current, w.offset(), w.header());
        }
        inHand = List.of();
        group.forEach(w -> w.request().complete());
    }

    private void leave(Segment current) {
        segment = null;
        current.leftMillis = clock.millis();
        current.left = true;
        segmentChanged.run();
    }

    /** A write or force failed: what it did is unknown, so nothing is written there any more. */
    private void poison(Segment current, List<Written> group, IOException e) {
        current.poisoned = true;
        leave(current);
        inHand = List.of();
        SpoolException why =
                Disk.saysFull(e) ? full("the disk is full", e) : failed("a write failed", e);
        trouble = why;
        listener.alarm(
                new SpoolAlarm(
                        Disk.saysFull(e) ? SpoolAlarm.Kind.FULL : SpoolAlarm.Kind.WRITE_FAILED,
                        current.toString(),
                        "a write or force failed ("
                                + e.getMessage()
                                + "); the segment is written to no more"));
        for (Written w : group.reversed()) {
            if (w.request().kind() == LogRequest.Kind.STATE) {
                todo.addFirst(w.request());
            } else {
                w.request().fail(why);
            }
        }
    }

    /** Opens the next segment; null, and nothing left to do, if that cannot be. */
    private @Nullable Segment openSegment() {
        SpoolException before = trouble;
        if (withoutSegment && before != null && nextTry - System.nanoTime() > 0) {
            putAside(before);
            return null;
        }
        boolean mayUseReserve =
                !stuck.isEmpty() || todo.stream().anyMatch(r -> r.kind() == LogRequest.Kind.STATE);
        try {
            Segment next = store.openNext(mayUseReserve, facts());
            segment = next;
            segmentChanged.run();
            trouble = next.stateOnly ? full("the disk is full", preparer.spareFailure()) : null;
            withoutSegment = false;
            stuck.giveBack(todo);
            return next;
        } catch (IOException e) {
            SpoolException why =
                    Disk.saysFull(e) ? full("the disk is full", e) : failed("no segment", e);
            trouble = why;
            withoutSegment = true;
            nextTry = System.nanoTime() + BROKEN_WAIT_NANOS;
            putAside(why);
            return null;
        }
    }

    /** Refuses messages, and keeps what must not be forgotten until a disk takes it. */
    private void putAside(SpoolException why) {
        for (LogRequest r : todo) {
            if (r.kind() == LogRequest.Kind.STATE) {
                stuck.add(r);
            } else {
                r.fail(why);
            }
        }
        todo.clear();
    }

    private static SpoolException full(String what, @Nullable IOException e) {
        return exception(SpoolException.Kind.FULL, what, e);
    }

    private static SpoolException failed(String what, @Nullable IOException e) {
        return exception(SpoolException.Kind.FAILED, what, e);
    }

    private static SpoolException exception(
            SpoolException.Kind kind, String what, @Nullable IOException e) {
        return e == null
                ? new SpoolException(kind, what)
                : new SpoolException(kind, what + ": " + e.getMessage(), e);
    }

    /** Whether the thread has ended. */
    boolean isOver() {
        return over;
    }
}
