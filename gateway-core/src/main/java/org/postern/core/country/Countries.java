package org.postern.core.country;

import java.net.InetAddress;
import java.util.Optional;

/** Says in which country an address is, as far as anybody knows. Thread-safe; never blocks. */
@FunctionalInterface
public interface Countries {
    /** No database: nobody knows of any address. */
    Countries NONE = address -> Optional.empty();

    /**
     * Two capital letters (ISO 3166-1); empty where the database does not have the address, as it
     * has no private ones.
     */
    Optional<String> of(InetAddress address);
}
