package org.postern.core.reputation;

import java.net.InetAddress;
import java.util.Set;
import org.postern.core.mail.Domain;

/**
 * Says who has a good history of authenticated mail with us: the port through which greylisting,
 * bans and traps spare those who have earned it. A history is of a network together with what
 * authenticated there, never of a name that anybody could write.
 *
 * <p>Implementations answer from memory, at once, without throwing, on any thread.
 */
@FunctionalInterface
public interface KnownGood {
    /**
     * Whether this client is known to send good mail.
     *
     * @param client the client's true address
     * @param authenticated the domains that SPF or DKIM passed for in this transaction, as far as
     *     they are known by now; empty where none is
     * @return true only on a history that we have seen ourselves
     */
    boolean isKnownGood(InetAddress client, Set<Domain> authenticated);

    /** Nobody is known: what holds where no history is kept. */
    KnownGood NOBODY = (client, authenticated) -> false;
}
