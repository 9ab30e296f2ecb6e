package org.postern.queue.spool;

/**
 * What is noted about an entry while it waits. Marks are part of its STATE record and stand among
 * {@link QueueEntry#notes()}, where they go before a note of the same name from acceptance.
 */
public final class Marks {
    /** Why somebody released or restored it. */
    public static final String WHY = "why";

    /** Why the next delivery can be the second: the last reply was lost, or the gateway ended. */
    public static final String POSSIBLE_DUPLICATE = "possible-duplicate";

    /** That its sender was told of the delay. */
    public static final String TOLD_OF_DELAY = "told-of-delay";

    /** Why it was held when it was dropped: what brings it back holds it for the same reason. */
    public static final String HELD_FOR = "held-for";

    /** Who let it go when it was held. */
    public static final String RELEASED = "released-by";

    /** Most octets of a value; the rest is cut. */
    public static final int MAX_VALUE = 500;

    private Marks() {}
}
