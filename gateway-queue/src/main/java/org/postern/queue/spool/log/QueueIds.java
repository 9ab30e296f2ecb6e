package org.postern.queue.spool.log;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.postern.queue.spool.SpoolException;

/**
 * Gives out queue ids. An id is given out only when a ceiling above it is durable, so no start ever
 * gives it out again. Thread-safe.
 */
final class QueueIds {
    private static final long LEASE = 1 << 16;

    private final AtomicLong next;
    private final AtomicBoolean extending = new AtomicBoolean();
    private volatile long ceiling;

    /** Ids from {@code first}; the first ceiling is durable with the first segment's header. */
    QueueIds(long first) {
        next = new AtomicLong(first);
        ceiling = first + LEASE;
    }

    long ceiling() {
        return ceiling;
    }

    long take(LogWriter writer) throws SpoolException {
        long id = next.getAndIncrement();
        while (id >= ceiling) {
            Extension extension = new Extension(id + LEASE);
            writer.submit(extension);
            extension.await();
        }
        if (id + LEASE / 2 >= ceiling && extending.compareAndSet(false, true)) {
            writer.submit(new Extension(id + 2 * LEASE));
        }
        return id;
    }

    /** A record with the present ceiling: evidence that all before it was forced. */
    LogRequest mark() {
        return new Extension(ceiling);
    }

    private final class Extension extends LogRequest {
        private final long to;

        Extension(long to) {
            // like a message: when nothing can be accepted, no id is needed
            super(Kind.MESSAGE, RecordType.CLOCK);
            this.to = to;
        }

        @Override
        @Nullable Payload payload() {
            return Payload.of(new Encoder(8).i64(to).toArray());
        }

        @Override
        void applied(Segment segment, int offset, RecordHeader header) {
            ceiling = Math.max(ceiling, to);
            extending.set(false);
        }
    }
}
