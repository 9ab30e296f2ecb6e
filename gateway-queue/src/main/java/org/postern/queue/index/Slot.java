package org.postern.queue.index;

import org.postern.queue.spool.EntryState;

/**
 * One entry of the index as it was when this value was made.
 *
 * @param id queue id
 * @param segment segment of its MESSAGE record
 * @param offset offset of that record
 * @param stateSegment segment of its latest STATE record, 0 when there is none
 * @param stateOffset offset of that record
 * @param state its state
 * @param active whether an attempt is under way
 * @param wake spool time in seconds at which something is to be done about it
 * @param accepted spool time of acceptance in seconds
 * @param route number of its route in the index's table of routes
 * @param size octets of content, at most {@link Integer#MAX_VALUE}
 * @param sender fingerprint of the reverse-path
 * @param senderDomain fingerprint of the reverse-path's domain
 * @param recipient fingerprint of the only recipient, 0 where there are several
 */
public record Slot(
        long id,
        int segment,
        int offset,
        int stateSegment,
        int stateOffset,
        EntryState state,
        boolean active,
        int wake,
        int accepted,
        int route,
        int size,
        int sender,
        int senderDomain,
        int recipient) {

    /** Whether its latest STATE record is the one that the other names, or both have none. */
    public boolean hasStateOf(Slot other) {
        return stateSegment == other.stateSegment && stateOffset == other.stateOffset;
    }

    /** A message without a STATE record, as it is first put into the index. */
    public static Slot fresh(
            long id,
            int segment,
            int offset,
            EntryState state,
            int accepted,
            int route,
            int size,
            int sender,
            int senderDomain,
            int recipient) {
        return new Slot(
                id,
                segment,
                offset,
                0,
                0,
                state,
                false,
                accepted,
                accepted,
                route,
                size,
                sender,
                senderDomain,
                recipient);
    }
}
