package org.postern.queue.surgery;

import java.util.Optional;
import org.postern.core.mail.QueueId;
import org.postern.queue.spool.QueueEntry;

/** Tells senders of what a person has given up. Thread-safe. */
public interface Bouncer {
    /** Nobody is ever told. */
    Bouncer NONE =
            new Bouncer() {
                @Override
                public Optional<String> objection(QueueEntry entry) {
                    return Optional.of("notices are not wired");
                }

                @Override
                public void givenUp(QueueId id) {}
            };

    /** Why the sender of an entry may not be told, in words; empty where it may. */
    Optional<String> objection(QueueEntry entry);

    /** An entry was given up: its sender is to be told now. Returns at once. */
    void givenUp(QueueId id);
}
