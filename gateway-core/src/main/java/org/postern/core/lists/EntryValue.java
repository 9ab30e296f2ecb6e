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
            return text.startsWith(".")
                    ? "." + Domain.parse(text.substring(1)).ascii()
                    : Domain.parse(text).ascii();
        }
        return text.startsWith("@")
                ? "@" + Domain.parse(text.substring(1)).ascii()
                : EmailAddress.parse(text).key();
    }
}
