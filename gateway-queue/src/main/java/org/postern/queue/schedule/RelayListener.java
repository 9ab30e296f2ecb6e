package org.postern.queue.schedule;

import org.postern.core.mail.QueueId;
import org.postern.queue.spool.QueueEntry;

/** Hears what the schedule does. Called on delivery threads; must be quick and not throw. */
public interface RelayListener {
    /** A listener that hears nothing. */
    RelayListener NONE = new RelayListener() {};

    /** A recipient's outcome was recorded. */
    default void outcome(RelayEvent event) {}

    /** An entry is over: every recipient was delivered. */
    default void finished(QueueEntry entry) {}

    /** An entry is held because a recipient failed or expired and none is pending. */
    default void held(QueueEntry entry) {}

    /**
     * An attempt broke in a way that no outcome describes: the content is damaged, or a defect. The
     * entry stays queued.
     */
    default void trouble(QueueId id, String downstream, Exception cause) {}
}
