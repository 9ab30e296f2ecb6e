package org.postern.queue.schedule;

import java.util.List;
import org.postern.core.mail.QueueId;
import org.postern.queue.spool.QueueEntry;

/** Hears what the schedule does. Called on delivery threads; must be quick and not throw. */
public interface RelayListener {
    /** A listener that hears nothing. */
    RelayListener NONE = new RelayListener() {};

    /** One that tells each of these, in their order. */
    static RelayListener all(RelayListener... listeners) {
        return new RelayListeners(List.of(listeners));
    }

    /**
     * Outcomes are about to be recorded, and some recipients were delivered. What the sender asked
     * to be told of that must be durable before: afterwards the message is gone. May take its time.
     */
    default void delivering(List<RelayEvent> events) {}

    /**
     * Recipients of an entry failed or expired; told after it is durable, and before {@link #held}.
     *
     * @param entry as it is now: held, or going on for other recipients
     */
    default void undelivered(QueueEntry entry) {}

    /**
     * An entry waits for its next attempt.
     *
     * @param entry as it is now
     */
    default void deferred(QueueEntry entry) {}

    /** A recipient's outcome was recorded. */
    default void outcome(RelayEvent event) {}

    /** An entry is over: every recipient was delivered, or its sender has been told. */
    default void finished(QueueEntry entry) {}

    /** An entry is held because a recipient failed or expired and none is pending. */
    default void held(QueueEntry entry) {}

    /**
     * An attempt broke in a way that no outcome describes: the content is damaged, or a defect. The
     * entry stays queued.
     */
    default void trouble(QueueId id, String downstream, Exception cause) {}
}
