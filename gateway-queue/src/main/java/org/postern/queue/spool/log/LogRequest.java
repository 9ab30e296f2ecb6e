package org.postern.queue.spool.log;

import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.postern.queue.spool.SpoolException;

/**
 * One record that somebody wants written. Made and awaited by any thread; {@link #payload} and
 * {@link #applied} are called by the writer alone, so what they see of the index is exact.
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
    private final CountDownLatch over = new CountDownLatch(1);
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

    /** What to write, null when it no longer makes sense. May be asked more than once. */
    abstract @Nullable Payload payload();

    /** Called once the record is durable, in order of LSN. */
    abstract void applied(Segment segment, int offset, RecordHeader header);

    final void complete() {
        over.countDown();
    }

    final void fail(SpoolException why) {
        failure = why;
        over.countDown();
    }

    /**
     * Waits until the record is durable or has failed. An interrupt is kept for later: whether the
     * record is durable must be known.
     */
    final void await() throws SpoolException {
        boolean interrupted = false;
        while (true) {
            try {
                over.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
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
