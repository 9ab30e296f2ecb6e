package org.postern.queue.schedule;

import java.util.Optional;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;

/**
 * Says where a domain's mail goes, and that of recipients with a downstream of their own. Asked
 * again at each attempt, so that a reload moves queued mail too. Called on many threads; answers
 * from memory.
 */
@FunctionalInterface
public interface Router {
    /** The name of the downstream, empty when the domain is no longer ours: its mail waits. */
    Optional<String> downstream(Domain domain);

    /** The name of a recipient's own downstream; empty where its mail goes with its domain's. */
    default Optional<String> own(EmailAddress recipient) {
        return Optional.empty();
    }

    /**
     * Whether it can be said now where a recipient's mail goes: a directory that has not been
     * loaded may have a downstream of its own for them, and their mail waits for that.
     */
    default boolean canSay(EmailAddress recipient) {
        return true;
    }

    /** Whether there is a downstream of this name now. */
    default boolean has(String downstream) {
        return false;
    }

    /**
     * The name of the downstream by which notices of our own leave for domains that are not ours;
     * empty when they wait.
     */
    default Optional<String> notices() {
        return Optional.empty();
    }
}
