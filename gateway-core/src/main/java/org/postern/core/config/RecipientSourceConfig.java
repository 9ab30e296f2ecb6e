package org.postern.core.config;

import java.nio.file.Path;
import java.util.List;
import org.postern.core.mail.EmailAddress;

/** One source of a domain's recipients. */
public sealed interface RecipientSourceConfig {
    /**
     * A list file, YAML or one address a line.
     *
     * @param path absolute path
     */
    record FromFile(Path path) implements RecipientSourceConfig {}

    /**
     * Addresses written in the configuration itself.
     *
     * @param addresses the addresses
     */
    record Static(List<EmailAddress> addresses) implements RecipientSourceConfig {
        public Static {
            addresses = List.copyOf(addresses);
        }
    }

    /** Every address of the domain exists. {@code check} and {@code doctor} warn of it. */
    record AcceptAll() implements RecipientSourceConfig {}
}
