package org.postern.queue.spool;

import java.time.Duration;

/**
 * Hears what happens in the spool. Called on the spool's own threads: return at once, do not throw,
 * do not call the spool.
 */
public interface SpoolListener {
    /** A listener that hears nothing. */
    SpoolListener NONE = new SpoolListener() {};

    /** A message has become durable. Its committer may not have been told yet. */
    default void stored(StoredMessage message) {}

    /** Something a postmaster must know. */
    default void alarm(SpoolAlarm alarm) {}

    /** One force was done for so many records. */
    default void synced(Duration took, int records, long bytes) {}
}
