package org.postern.queue.spool;

import java.util.Locale;

/** What is going to happen to an entry, as recorded on disk. */
public enum EntryState {
    /** No attempt has been made yet. */
    QUEUED(0),
    /** Waits for its next attempt. */
    DEFERRED(1),
    /** Waits for a person. */
    HELD(2),
    /** Dropped by a person; can be brought back until the trash expires. */
    TRASH(3);

    private final int code;

    EntryState(int code) {
        this.code = code;
    }

    /** The number on disk, from 0 without gaps; never changes its meaning. */
    public int code() {
        return code;
    }

    /** The word in listings and selections. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
