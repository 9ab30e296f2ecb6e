package org.postern.queue.spool.log;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.postern.queue.index.EntryIndex;
import org.postern.queue.index.Slot;
import org.postern.queue.index.Walk;
import org.postern.queue.spool.EntryState;

/** Applies the facts of a log to an empty index, in order of LSN. Used once, on one thread. */
final class Replay {
    private final EntryIndex index;
    private long idCeiling;

    /** Content length of each live large message. */
    private final Map<Long, Long> large = new HashMap<>();

    /** Pairs of segments, the first of which speaks of the second. */
    private final Set<Long> speaksOf = new HashSet<>();

    private long lastPair;

    /**
     * A STATE that comes before its message, because compaction has moved the message behind it.
     */
    private record EarlyState(int segment, int offset, EntryState state, int wake) {}

    private final Map<Long, EarlyState> early = new HashMap<>();

    Replay(EntryIndex index, long idCeiling) {
        this.index = index;
        this.idCeiling = idCeiling;
    }

    void apply(int segment, int offset, Facts facts) {
        switch (facts) {
            case Facts.Message m -> message(segment, offset, m);
            case Facts.State s -> {
                int wake = SpoolClock.secondsUp(s.wakeMillis());
                if (index.setState(s.id(), segment, offset, s.state(), wake) == null) {
                    early.put(s.id(), new EarlyState(segment, offset, s.state(), wake));
                }
            }
            case Facts.Done d -> {
                speaksOf(segment, d.target());
                index.remove(d.id());
                large.remove(d.id());
                early.remove(d.id());
            }
            case Facts.Clock c -> raiseIdCeiling(c.ceiling());
        }
    }

    private void message(int segment, int offset, Facts.Message m) {
        raiseIdCeiling(m.id() + 1);
        if (m.copiedFrom() != 0) {
            speaksOf(segment, m.copiedFrom());
        }
        if (m.large()) {
            large.put(m.id(), m.contentLength());
        }
        index.put(m.slot(segment, offset));
        EarlyState s = early.remove(m.id());
        if (s != null) {
            index.setState(m.id(), s.segment(), s.offset(), s.state(), s.wake());
        }
    }

    private void speaksOf(int segment, int older) {
        long pair = (long) segment << 32 | older;
        // neighbours mostly say the same
        if (pair != lastPair) {
            lastPair = pair;
            speaksOf.add(pair);
        }
    }

    /** The number that the index gives a route. */
    int route(String text) {
        return index.route(text);
    }

    void raiseIdCeiling(long ceiling) {
        idCeiling = Math.max(idCeiling, ceiling);
    }

    /** Ids below may have been given out. */
    long idCeiling() {
        return idCeiling;
    }

    /** Content length of each live large message by its id. */
    Map<Long, Long> large() {
        return large;
    }

    /** Opens the books on what is live, once all is applied. */
    void openBooks(SegmentStore store) {
        for (long pair : speaksOf) {
            store.speaksOf((int) (pair >>> 32), (int) pair);
        }
        Walk walk = index.walk(Set.of(EntryState.values()));
        for (List<Slot> slots = walk.next(); slots != null; slots = walk.next()) {
            for (Slot slot : slots) {
                store.messageAt(slot.segment(), slot.size());
                store.stateMoved(0, slot.stateSegment());
            }
        }
    }
}
