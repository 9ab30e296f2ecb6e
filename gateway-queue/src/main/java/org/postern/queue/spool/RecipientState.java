package org.postern.queue.spool;

import java.util.Locale;

/** How far one recipient of an entry is. */
public enum RecipientState {
    /** Not tried yet. */
    QUEUED,
    /** The last attempt failed for now. */
    DEFERRED,
    /** The downstream has it. */
    DELIVERED,
    /** Given up: refused for good, or expired. */
    FAILED;

    /** Whether another attempt is to be made. */
    public boolean isPending() {
        return this == QUEUED || this == DEFERRED;
    }

    /** The word in listings. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
