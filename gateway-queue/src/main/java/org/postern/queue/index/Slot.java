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
        int size) {}
