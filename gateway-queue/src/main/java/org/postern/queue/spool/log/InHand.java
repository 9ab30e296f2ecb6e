package org.postern.queue.spool.log;

import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.postern.queue.spool.SpoolException;

/**
 * State records that no disk takes, in order. Each says the whole state of its entry, so there is
 * one for an entry: an entry that is put off again and again takes no more room than once. As many
 * entries are kept as asked for, and as many octets as that many with one recipient take; of what
 * is beyond, whoever handed it in waits. The log's writer alone.
 */
final class InHand {
    /** What the state of an entry with one recipient takes. */
    private static final long OCTETS_EACH = 500;

    private final SequencedMap<Long, LogRequest> byEntry = new LinkedHashMap<>();
    private final int mostEntries;
    private long octets;

    /**
     * Nothing in hand yet.
     *
     * @param mostEntries how many entries' states are kept
     */
    InHand(int mostEntries) {
        this.mostEntries = mostEntries;
    }

    /** Puts one aside, in the place of what there is of its entry. */
    void add(LogRequest request) {
        LogRequest earlier = byEntry.remove(request.entry());
        if (earlier != null) {
            octets -= earlier.footprint();
            request.replace(earlier);
        }
        byEntry.put(request.entry(), request);
        octets += request.footprint();
        if (byEntry.size() <= mostEntries && octets <= mostEntries * OCTETS_EACH) {
            request.keep();
        }
    }

    boolean isEmpty() {
        return byEntry.isEmpty();
    }

    /** How many entries. */
    int size() {
        return byEntry.size();
    }

    /** Puts everything before what is to be done, in order. */
    void giveBack(Deque<LogRequest> todo) {
        byEntry.sequencedValues().reversed().forEach(todo::addFirst);
        clear();
    }

    /** The first of the entries, so many at most. */
    List<Long> first(int most) {
        return byEntry.keySet().stream().limit(most).toList();
    }

    /** Ends everything with a failure. */
    void fail(SpoolException why) {
        byEntry.values().forEach(r -> r.fail(why));
        clear();
    }

    private void clear() {
        byEntry.clear();
        octets = 0;
    }
}
