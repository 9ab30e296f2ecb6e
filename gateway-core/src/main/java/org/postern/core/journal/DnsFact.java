package org.postern.core.journal;

import java.util.List;

/**
 * One DNS question that a decision rests on, and its answer. Implementations compare equal where
 * question and answer are the same, so that a journal need keep each only once; they may put the
 * answer into words only when asked to, which is never on the thread of a session.
 */
public interface DnsFact {
    /** Record type: {@code TXT}, {@code A}, {@code AAAA}, {@code MX} or {@code PTR}. */
    String type();

    /** The name asked for, absolute, without a trailing dot. */
    String name();

    /**
     * {@code found}, {@code nodata}, {@code nxdomain}, or the word of a trouble such as {@code
     * timeout}.
     */
    String outcome();

    /** The records as text, in the order in which they came; none unless found. */
    List<String> records();
}
