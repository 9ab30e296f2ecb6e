package org.postern.queue.schedule;

import java.util.Optional;
import org.postern.core.mail.Domain;

/**
 * Says where a domain's mail goes. Asked again at each attempt, so that a reload moves queued mail
 * too. Called on many threads; answers from memory.
 */
@FunctionalInterface
public interface Router {
    /** The name of the downstream, empty when the domain is no longer ours: its mail waits. */
    Optional<String> downstream(Domain domain);

    /**
     * The name of the downstream by which notices of our own leave for domains that are not ours;
     * empty when they wait.
     */
    default Optional<String> notices() {
        return Optional.empty();
    }
}
