package org.postern.queue.spool;

import java.util.Locale;

/** What is going to happen to an entry, as recorded on disk. */
public enum EntryState {
    /** No attempt has been made yet. */
    QUEUED,
    /** Waits for its next attempt. */
    DEFERRED,
    /** Waits for a person. */
    HELD,
    /** Dropped by a person; can be brought back until the trash expires. */
    TRASH;

    /** The word in listings and selections. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
