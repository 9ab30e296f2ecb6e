package org.postern.queue.spool.log;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.postern.queue.index.EntryIndex;
import org.postern.queue.index.Slot;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.RecipientStatus;
import org.postern.queue.spool.SpoolException;

/**
 * Changes entries: reads what is, computes what shall be, hands the record in. Changes of one entry
 * follow one another under a lock that is held until the record is handed in, not until it is
 * durable; who comes next sees it as pending.
 */
final class Entries {
    private static final int STRIPES = 256;

    private final EntryIndex index;
    private final EntryReader reader;
    private final SegmentStore store;
    private final LogWriter writer;
    private final Finished finished;
    private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];

    /** Called on the writer's thread when an entry is over for good. */
    @FunctionalInterface
    interface Finished {
        void finished(long id, int size);
    }

    Entries(
            EntryIndex index,
            EntryReader reader,
            SegmentStore store,
            LogWriter writer,
            Finished finished) {
        this.index = index;
        this.reader = reader;
        this.store = store;
        this.writer = writer;
        this.finished = finished;
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new ReentrantLock();
        }
    }

    /** What a change makes of an entry. */
    sealed interface Next {
        /** It goes on like this. */
        record Status(EntryStatus status) implements Next {}

        /** It is over. */
        record Over() implements Next {}

        /** The change makes no sense for it. */
        record NoChange() implements Next {}
    }

    /** Computes a change. */
    @FunctionalInterface
    interface Step {
        Next apply(EntryReader.Full entry);
    }

    /**
     * A change handed in.
     *
     * @param request what to wait for, null when there was nothing to change
     * @param before the entry before
     * @param next what it becomes
     */
    record Handed(@Nullable LogRequest request, EntryReader.Full before, Next next) {}

    /**
     * Hands in a change; null if there is no such entry.
     *
     * @param endsClaim whether an attempt ends with it
     * @param onceDurable run on the writer's thread once it is durable
     */
    @Nullable Handed change(long id, boolean endsClaim, Step step, Runnable onceDurable)
            throws SpoolException {
        ReentrantLock lock = stripes[(int) (id & (STRIPES - 1))];
        lock.lock();
        try {
            EntryReader.Full entry = reader.read(id);
            Next next = entry == null ? null : step.apply(entry);
            if (endsClaim || next == null || next instanceof Next.Over) {
                reader.claimed().remove(id);
            }
            if (entry == null || next == null) {
                return null;
            }
            LogRequest request =
                    switch (next) {
                        case Next.NoChange n -> null;
                        case Next.Over o -> new Done(id, onceDurable);
                        case Next.Status s -> new State(id, s.status(), endsClaim, onceDurable);
                    };
            if (request == null) {
                if (endsClaim) {
                    index.unclaim(id, -1);
                }
                return new Handed(null, entry, next);
            }
            Optional<EntryStatus> soon =
                    next instanceof Next.Status s ? Optional.of(s.status()) : Optional.empty();
            reader.pending().put(id, soon);
            try {
                writer.submit(request);
            } catch (SpoolException e) {
                reader.pending().remove(id);
                throw e;
            }
            return new Handed(request, entry, next);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends the claim of an entry whose outcome no disk takes, so that it is tried again when it is
     * due. One that is not to be tried stays claimed until its outcome is durable: the index does
     * not know before. Nothing to do where the outcome is durable.
     */
    void letGoKept(LogRequest request) {
        if (request instanceof State s && s.triable) {
            s.endClaim(s.wake);
        }
    }

    /** A record that says the whole state of an entry, so that a later one makes it needless. */
    private abstract static class Update extends LogRequest {
        /** An object of this class without what it is to write, and what was to be run. */
        private static final int OCTETS = 150;

        final long id;
        private final Runnable onceDurable;

        Update(RecordType type, long id, Runnable onceDurable) {
            super(Kind.STATE, type);
            this.id = id;
            this.onceDurable = onceDurable;
        }

        @Override
        final long entry() {
            return id;
        }

        @Override
        int footprint() {
            return OCTETS * (1 + replaced().size());
        }

        /** What is to follow, for this one and those in whose place it was written. */
        final void settled() {
            replaced().forEach(LogRequest::appliedInAnother);
            appliedInAnother();
        }

        @Override
        void appliedInAnother() {
            onceDurable.run();
        }
    }

    private final class State extends Update {
        /** What a recipient's state takes beside its reply. */
        private static final int RECIPIENT = 100;

        private final boolean triable;
        private final int wake;

        /** Null once another is written in its place; the writer's own. */
        private @Nullable EntryStatus status;

        /** Whether the claim is still to be ended: once, for the next one is not ours. */
        private final AtomicBoolean claimed;

        State(long id, EntryStatus status, boolean endsClaim, Runnable onceDurable) {
            super(RecordType.STATE, id, onceDurable);
            this.status = status;
            this.claimed = new AtomicBoolean(endsClaim);
            this.triable =
                    status.state() == EntryState.QUEUED || status.state() == EntryState.DEFERRED;
            this.wake = SpoolClock.secondsUp(status.wakeMillis());
        }

        void endClaim(int next) {
            if (claimed.compareAndSet(true, false)) {
                index.unclaim(id, next);
            }
        }

        @Override
        int footprint() {
            int octets = super.footprint();
            if (status != null) {
                for (RecipientStatus r : status.recipients()) {
                    octets += RECIPIENT + r.reply().length();
                }
            }
            return octets;
        }

        @Override
        void forgetPayload() {
            status = null;
        }

        @Override
        @Nullable Payload payload() {
            Slot slot = index.get(id);
            return slot == null || status == null
                    ? null
                    : Payload.of(status.encode(id, slot.segment()));
        }

        @Override
        void applied(Segment segment, int offset, RecordHeader header) {
            EntryStatus now = Objects.requireNonNull(status);
            Slot before = index.setState(id, segment.number, offset, now.state(), wake);
            store.stateMoved(before == null ? 0 : before.stateSegment(), segment.number);
            // an equal one that follows says the same
            reader.pending().remove(id, Optional.of(now));
            settled();
        }

        @Override
        void appliedInAnother() {
            endClaim(-1);
            super.appliedInAnother();
        }
    }

    private final class Done extends Update {
        Done(long id, Runnable onceDurable) {
            super(RecordType.DONE, id, onceDurable);
        }

        @Override
        @Nullable Payload payload() {
            Slot slot = index.get(id);
            return slot == null ? null : Payload.of(done(id, slot.segment()));
        }

        @Override
        void applied(Segment segment, int offset, RecordHeader header) {
            Slot before = index.remove(id);
            if (before != null) {
                store.messageGone(before.segment(), before.size());
                store.stateMoved(before.stateSegment(), 0);
                store.speaksOf(segment.number, before.segment());
                finished.finished(id, before.size());
            }
            reader.pending().remove(id);
            settled();
        }
    }

    /** The payload of a DONE record. */
    static byte[] done(long id, int messageSegment) {
        return new Encoder(12).i64(id).i32(messageSegment).toArray();
    }
}
