package org.postern.core.reputation;

import org.postern.core.mail.Domain;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.net.Cidr;

/**
 * Whom a ban keeps out. By text it is what {@link #parse} reads, and what a file of bans has in its
 * first column.
 */
public sealed interface Banned {
    /**
     * A client or a network, whatever it brings.
     *
     * @param cidr its addresses
     */
    record Network(Cidr cidr) implements Banned {
        @Override
        public String kind() {
            return Networks.isOneClient(cidr) ? "client" : "network";
        }

        @Override
        public String name() {
            return cidr.toString();
        }

        @Override
        public String words() {
            return Networks.isOneClient(cidr) ? "address" : "network";
        }

        @Override
        public String toString() {
            return name();
        }
    }

    /**
     * Mail with a reverse-path of a domain that SPF passes for, wherever it comes from.
     *
     * @param domain the domain
     */
    record Sender(Domain domain) implements Banned {
        @Override
        public String kind() {
            return "sender-domain";
        }

        @Override
        public String name() {
            return domain.ascii();
        }

        @Override
        public String words() {
            return "domain " + domain.ascii();
        }

        @Override
        public String toString() {
            return SPF + name();
        }
    }

    /**
     * Mail that a domain signed and that SPF does not pass for it. It is apart from {@link Sender}
     * since anybody can bring a signed message again: what that calls for must not fall on those
     * whom the domain itself lets send.
     *
     * @param domain the domain
     */
    record Signer(Domain domain) implements Banned {
        @Override
        public String kind() {
            return "signing-domain";
        }

        @Override
        public String name() {
            return domain.ascii();
        }

        @Override
        public String words() {
            return "signing domain " + domain.ascii();
        }

        @Override
        public String toString() {
            return DKIM + name();
        }
    }

    /** Before a domain that SPF passes for. */
    String SPF = "spf=";

    /** Before a domain that signs. */
    String DKIM = "dkim=";

    /** Its kind, of a bounded set: client, network, sender-domain, signing-domain. */
    String kind();

    /** Its name as people write it. */
    String name();

    /** What it is to who is told of it, to follow "your". */
    String words();

    /** Its kind and name, by which logs and the journal speak of it. */
    default String title() {
        return kind() + " " + name();
    }

    /**
     * Reads what {@code toString} writes.
     *
     * @throws IllegalArgumentException if it is no network
     * @throws InvalidAddressException if it is no domain
     */
    static Banned parse(String text) throws InvalidAddressException {
        if (text.startsWith(SPF)) {
            return new Sender(Domain.parse(text.substring(SPF.length())));
        }
        if (text.startsWith(DKIM)) {
            return new Signer(Domain.parse(text.substring(DKIM.length())));
        }
        return new Network(Cidr.parse(text));
    }
}
