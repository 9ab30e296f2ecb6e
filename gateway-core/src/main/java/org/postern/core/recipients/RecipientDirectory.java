package org.postern.core.recipients;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postern.core.mail.EmailAddress;

/**
 * The port behind which every source of recipients stands. Called at RCPT on the session's thread;
 * may block for as long as its source's own timeout allows, never longer. Thread-safe.
 *
 * <p>What every implementation holds to is in {@code RecipientDirectoryContract}: the domain and
 * the local part are matched without regard to case; a trouble is {@link
 * RecipientLookup.Unavailable}, never {@link RecipientLookup.Unknown}; no exception.
 */
public interface RecipientDirectory {
    /** What this source knows of an address of one of its domains. */
    RecipientLookup lookup(EmailAddress address);

    /**
     * The same from memory: nobody is asked over the network.
     *
     * @return {@link RecipientLookup.Unavailable} too where only others could say
     */
    default RecipientLookup fromMemory(EmailAddress address) {
        return lookup(address);
    }

    /**
     * What is asked for one recipient alone, from memory: nobody is asked over the network.
     *
     * @return empty where the address is not known from memory
     */
    default Optional<Handling> handling(EmailAddress address) {
        return Optional.empty();
    }

    /**
     * Where the mail of an alias that this source has listed goes, from memory.
     *
     * @return empty where the address is no such alias; without any where it leads nowhere
     */
    default Optional<List<EmailAddress>> aliasOf(EmailAddress address) {
        return Optional.empty();
    }

    /**
     * An address of one of its domains without the detail of a subaddress (RFC 5233, 1), from
     * memory; whether anybody has it is another question. Who is known by the whole address, or may
     * be, has no detail.
     *
     * @return empty where the address has none, or nothing is a detail here
     */
    default Optional<EmailAddress> withoutDetail(EmailAddress address) {
        return Optional.empty();
    }

    /**
     * Whether an empty {@link #handling} means that nothing is asked for; otherwise the source has
     * not been loaded, and nobody can say. From memory.
     */
    default boolean tellsHandling(EmailAddress address) {
        return true;
    }

    /** Everything that recipients it has in memory ask for; a small set. */
    default Set<Handling> handlings() {
        return Set.of();
    }

    /** Its name in metrics and logs, from a small set: {@code file}, {@code static}… */
    String name();
}
