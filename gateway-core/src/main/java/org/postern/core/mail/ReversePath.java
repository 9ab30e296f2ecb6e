package org.postern.core.mail;

/** The reverse-path of a transaction (RFC 5321, 4.1.1.2): a mailbox, or null as in notices. */
public sealed interface ReversePath {
    /** The null reverse-path: nobody to tell, and nobody is ever told. */
    enum Null implements ReversePath {
        /** {@code MAIL FROM:<>}. */
        INSTANCE;

        @Override
        public String toString() {
            return "";
        }
    }

    /**
     * A mailbox.
     *
     * @param address who wants to hear of failures
     */
    record Mailbox(EmailAddress address) implements ReversePath {
        @Override
        public String toString() {
            return address.toString();
        }
    }

    /** The reverse-path with this address. */
    static ReversePath of(EmailAddress address) {
        return new Mailbox(address);
    }

    /**
     * Parses the stored form: an empty text is the null reverse-path, anything else a mailbox.
     *
     * @throws InvalidAddressException if it is neither
     */
    static ReversePath parse(String text) throws InvalidAddressException {
        return text.isEmpty() ? Null.INSTANCE : new Mailbox(EmailAddress.parse(text));
    }

    /** Whether this is {@code <>}. */
    default boolean isNull() {
        return this instanceof Null;
    }
}
