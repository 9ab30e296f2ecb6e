package org.postern.core.lists;

import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.net.Cidr;

/** The normal form of what an entry lists. */
final class EntryValue {
    private EntryValue() {}

    /**
     * The normal form of an entry of any kind.
     *
     * @throws InvalidAddressException if it is no address or domain
     * @throws IllegalArgumentException if it is no network
     */
    static String normal(ListKind kind, String text) throws InvalidAddressException {
        return kind == ListKind.CLIENT ? Cidr.parse(text).toString() : name(kind, text);
    }

    /**
     * An entry as it is written in a file and shown to people: a local part that needs quotes has
     * them again, which its normal form does not.
     *
     * @param normal the normal form
     */
    static String written(ListKind kind, String normal) {
        if (kind == ListKind.CLIENT || kind.isDomain() || normal.startsWith("@")) {
            return normal;
        }
        try {
            return EmailAddress.ofKey(normal).toString();
        } catch (InvalidAddressException e) {
            throw new IllegalStateException("a normal form is that of an address: " + normal, e);
        }
    }

    /** The normal form of an entry that is looked up by name. */
    static String name(ListKind kind, String text) throws InvalidAddressException {
        if (kind.isDomain()) {
            boolean below = text.startsWith(".");
            Domain domain = Domain.parse(below ? text.substring(1) : text);
            if (kind != ListKind.HELO) { // there clients do say numbers, and are listed by them
                requireName(domain);
            }
            return (below ? "." : "") + domain.ascii();
        }
        if (text.startsWith("@")) {
            Domain domain = Domain.parse(text.substring(1));
            requireName(domain);
            return "@" + domain.ascii();
        }
        return EmailAddress.parse(text).key();
    }

    /**
     * Refuses a mistyped address: no domain ends in a number (RFC 3696, 2).
     *
     * @throws InvalidAddressException if it does
     */
    static void requireName(Domain domain) throws InvalidAddressException {
        if (domain.endsInNumber()) {
            throw new InvalidAddressException(
                    "no domain ends in a number (RFC 3696, 2); a client is an IP address or a"
                            + " network such as 192.0.2.0/24",
                    domain.ascii().lastIndexOf('.') + 1);
        }
    }
}
