package org.postern.queue.spool.log;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.postern.queue.spool.SpoolException;

/**
 * One record that somebody wants written. Made by any thread and awaited by one; {@link #payload}
 * and {@link #applied} are called by the writer alone, so what they see of the index is exact.
 */
abstract class LogRequest {
    /** How the writer treats it. */
    enum Kind {
        /** A new message: refused when there is no room or the write fails. */
        MESSAGE,
        /** Something that must not be forgotten: written again after a failure. */
        STATE,
        /** A copy made by compaction: everything before it must have been applied. */
        COPY
    }

    private final Kind kind;
    private final RecordType type;

    /** The one handed in before it, while both wait to be taken: {@link Inbox}'s. */
    @Nullable LogRequest before;

    /** The writer's own. */
    private List<LogRequest> replaced = List.of();

    private volatile boolean kept;
    private volatile boolean over;
    private volatile @Nullable Thread waiter;
    private volatile @Nullable SpoolException failure;

    LogRequest(Kind kind, RecordType type) {
        this.kind = kind;
        this.type = type;
    }

    final Kind kind() {
        return kind;
    }

    final RecordType type() {
        return type;
    }

    /** About how many octets it is; 0 where it is few. */
    int size() {
        return 0;
    }

    /** The entry whose whole state it says, 0 where it is of none. */
    long entry() {
        return 0;
    }

    /** About how many octets of memory it takes while no disk takes it. */
    int footprint() {
        return 0;
    }

    /** What to write, null when it no longer makes sense. May be asked more than once. */
    abstract @Nullable Payload payload();

    /** Called once the record is durable, in order of LSN. */
    abstract void applied(Segment segment, int offset, RecordHeader header);

    /** Another one was written in its place, and that is durable. */
    void appliedInAnother() {}

    /** Another one will be written in its place: what was to be written can be forgotten. */
    void forgetPayload() {}

    /** To be written in the place of an earlier one of the same entry, which ends with it. */
    final void replace(LogRequest earlier) {
        earlier.forgetPayload();
        if (replaced.isEmpty()) {
            replaced = new ArrayList<>();
        }
        replaced.addAll(earlier.replaced);
        earlier.replaced = List.of();
        replaced.add(earlier);
    }

    /** Those in whose place it is written, first to last. */
    final List<LogRequest> replaced() {
        return replaced;
    }

    final void complete() {
        over = true;
        LockSupport.unpark(waiter);
        replaced.forEach(LogRequest::complete);
    }

    /** No disk takes it now; it is kept, and who waits need not. */
    final void keep() {
        if (!kept) {
            kept = true;
            LockSupport.unpark(waiter);
        }
        replaced.forEach(LogRequest::keep);
    }

    final void fail(SpoolException why) {
        failure = why;
        over = true;
        LockSupport.unpark(waiter);
        replaced.forEach(r -> r.fail(why));
    }

    /**
     * Waits until the record is durable or has failed. An interrupt is kept for later: whether the
     * record is durable must be known.
     */
    final void await() throws SpoolException {
        await(false);
    }

    /** As {@link #await()}, or until it is kept in memory because no disk takes it. */
    final void awaitKept() throws SpoolException {
        await(true);
    }

    private void await(boolean orKept) throws SpoolException {
        boolean interrupted = false;
        // before the first look: who ends it after that look sees whom to wake
        waiter = Thread.currentThread();
        while (!over && !(orKept && kept)) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        SpoolException why = failure;
        if (why != null) {
            throw new SpoolException(why.kind(), String.valueOf(why.getMessage()), why);
        }
    }
}
