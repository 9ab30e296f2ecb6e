package org.postern.core.lists;

import java.net.InetAddress;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;

/**
 * A list as rules ask for it: whether it has something, whatever that means. Immutable; look-ups
 * never block, any thread.
 */
public interface NamedList {
    /** Whether it has any entry of a kind. */
    boolean has(ListKind kind);

    /** Whether it has a client's address. */
    boolean hasClient(InetAddress address);

    /**
     * Whether it has an address, or its whole domain.
     *
     * @param kind {@link ListKind#SENDER} or {@link ListKind#RECIPIENT}
     */
    boolean hasAddress(ListKind kind, EmailAddress address);

    /**
     * Whether it has a domain.
     *
     * @param kind one of those that {@link ListKind#isDomain()}
     */
    boolean hasDomain(ListKind kind, Domain domain);
}
