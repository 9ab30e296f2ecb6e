package org.postern.core.journal;

/**
 * Takes what happened, for questions later. An append never blocks and never throws: mail does not
 * wait for its own history. What cannot be kept is lost and counted by whoever keeps the journal.
 * Thread-safe.
 */
@FunctionalInterface
public interface Journal {
    /** Keeps nothing. */
    Journal NONE = event -> {};

    /** Hands in one event; returns at once. */
    void append(JournalEvent event);

    /** One journal that hands each event to both, in this order. */
    default Journal and(Journal other) {
        return event -> {
            append(event);
            other.append(event);
        };
    }
}
