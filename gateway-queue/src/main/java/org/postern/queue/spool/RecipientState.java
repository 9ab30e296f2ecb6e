package org.postern.queue.spool;

import java.util.Locale;

/** How far one recipient of an entry is. */
public enum RecipientState {
    /** Not tried yet. */
    QUEUED(0),
    /** The last attempt failed for now. */
    DEFERRED(1),
    /** The downstream has it. */
    DELIVERED(2),
    /** Given up: refused for good, or expired. */
    FAILED(3),
    /** Given up, and nobody waits for it any more: its sender has been told. */
    BOUNCED(4);

    private final int code;

    RecipientState(int code) {
        this.code = code;
    }

    /** The number on disk, from 0 without gaps; never changes its meaning. */
    public int code() {
        return code;
    }

    /** Whether another attempt is to be made. */
    public boolean isPending() {
        return this == QUEUED || this == DEFERRED;
    }

    /** The word in listings. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
