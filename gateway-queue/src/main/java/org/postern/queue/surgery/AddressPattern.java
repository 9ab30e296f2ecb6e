package org.postern.queue.surgery;

import java.util.Locale;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;

/** One address, a whole domain ({@code @example.com}), or the null reverse-path ({@code <>}). */
sealed interface AddressPattern {
    /** Whether an address, as text, is meant; empty is the null reverse-path. */
    boolean matches(String address);

    /**
     * A single address; case does not matter.
     *
     * @param key its look-up form
     */
    record One(String key) implements AddressPattern {
        @Override
        public boolean matches(String address) {
            return address.equalsIgnoreCase(key);
        }
    }

    /**
     * Every address of a domain, not of the domains beneath it.
     *
     * @param suffix {@code @} and the A-labels
     */
    record Whole(String suffix) implements AddressPattern {
        @Override
        public boolean matches(String address) {
            return address.toLowerCase(Locale.ROOT).endsWith(suffix);
        }
    }

    /** Parses the three forms. */
    static AddressPattern parse(String option, String text) throws SurgeryException {
        try {
            if (text.isEmpty() || text.equals("<>")) {
                return new One("");
            }
            if (text.startsWith("@")) {
                return new Whole("@" + Domain.parse(text.substring(1)).ascii());
            }
            return new One(EmailAddress.parse(text).toString());
        } catch (InvalidAddressException e) {
            throw new SurgeryException(
                    "--"
                            + option
                            + " "
                            + text
                            + ": "
                            + e.getMessage()
                            + "; an address, @domain or <> is allowed",
                    e);
        }
    }
}
