package org.postern.auth.from;

import java.util.List;
import org.postern.core.mail.Domain;

/** What the From field of a message gives for DMARC (RFC 9989, 5.3.1 and 11.5). */
public sealed interface Authors {
    /** Remarks for people: oddities that do not change which domain it is. */
    List<String> remarks();

    /**
     * Every reading gives this one domain.
     *
     * @param domain the Author Domain
     * @param remarks oddities
     */
    record OneDomain(Domain domain, List<String> remarks) implements Authors {
        public OneDomain {
            remarks = List.copyOf(remarks);
        }
    }

    /**
     * A valid From field with authors in several domains, each of which has to be checked.
     *
     * @param domains in the order they stand, each once
     * @param remarks oddities
     */
    record SeveralDomains(List<Domain> domains, List<String> remarks) implements Authors {
        public SeveralDomains {
            domains = List.copyOf(domains);
            remarks = List.copyOf(remarks);
        }
    }

    /**
     * There is no telling what a reader's program will show.
     *
     * @param flaw what is wrong
     * @param remarks what was seen
     */
    record Dubious(Flaw flaw, List<String> remarks) implements Authors {
        public Dubious {
            remarks = List.copyOf(remarks);
        }
    }

    /** Why no Author Domain can be named. Each has a stable word that ends a reason code. */
    enum Flaw {
        /** No From field (RFC 5322, 3.6: exactly one). */
        NO_FROM("no-from", "the message has no From field"),
        /** More than one. */
        MULTIPLE_FROM_FIELDS("multiple-from-fields", "the message has several From fields"),
        /** A line that some take for a From field: a folded or otherwise broken name. */
        BROKEN_FIELD_NAME(
                "broken-from-name", "a header line looks like a From field with a broken name"),
        /** The header section is longer than we read. */
        HEADER_TOO_LONG("header-too-long", "the header section is too long to be read whole"),
        /** Nothing in it, or {@code <>}. */
        EMPTY("from-empty", "the From field holds no address"),
        /** An address without a domain. */
        NO_DOMAIN("from-no-domain", "the From address has no domain"),
        /** An address in brackets in place of a domain. */
        ADDRESS_LITERAL("from-address-literal", "the From address has no domain but an IP address"),
        /** What should be a domain is none. */
        BAD_DOMAIN("from-bad-domain", "the domain of the From address is not valid"),
        /** A group with members (RFC 6854). */
        GROUP("from-group", "the From field holds a group"),
        /** A group without members. */
        EMPTY_GROUP("from-empty-group", "the From field holds a group without members"),
        /** A control character. */
        CONTROL_CHARACTER("from-control-character", "the From field holds a control character"),
        /** A source route, with domains of its own (RFC 5322, 4.4). */
        ROUTE("from-route", "the From address has a source route"),
        /** An encoded word where an address must stand (RFC 2047, 5). */
        ENCODED_ADDRESS("from-encoded-address", "the From address is hidden in an encoded word"),
        /** An at sign in the local part. */
        AT_IN_LOCAL_PART("from-at-in-local-part", "the From address has more than one @"),
        /** A display name that is another address, or has one in angle brackets. */
        ADDRESS_IN_NAME(
                "from-address-in-name",
                "the display name in the From field holds an address of another domain"),
        /** Not what RFC 5322 allows, and its readings differ. */
        SYNTAX("from-syntax", "the From field is broken and can be read in several ways"),
        /** More addresses than anybody writes as authors. */
        TOO_MANY_ADDRESSES("from-too-many-addresses", "the From field holds too many addresses"),
        /** More domains than we are ready to check (RFC 9989, 11.5). */
        TOO_MANY_DOMAINS("from-too-many-domains", "the From field holds too many domains");

        private final String word;
        private final String explanation;

        Flaw(String word, String explanation) {
            this.word = word;
            this.explanation = explanation;
        }

        /** The last part of the reason code. */
        public String word() {
            return word;
        }

        /** One line for people. */
        public String explanation() {
            return explanation;
        }
    }
}
