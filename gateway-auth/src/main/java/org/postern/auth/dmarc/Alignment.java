package org.postern.auth.dmarc;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.Domain;

/**
 * Whether authenticated identifiers align with one Author Domain (RFC 9989, 4.10.2). One message,
 * one thread.
 */
final class Alignment {
    /** Organizational domains that are looked up for one message; beyond that nothing aligns. */
    private static final int MAX_WALKS = 16;

    /** What is known of an identifier. */
    enum Answer {
        /** It aligns. */
        YES,
        /** It does not. */
        NO,
        /** It might: the DNS gives no answer now. */
        UNKNOWN
    }

    private final TreeWalk walks;
    private final Domain author;
    private final @Nullable Domain authorOrganization;
    private final Map<Domain, Answer> relaxed = new HashMap<>();

    /**
     * Alignment with this author.
     *
     * @param authorOrganization its organizational domain, or null where it cannot be known now
     */
    Alignment(TreeWalk walks, Domain author, @Nullable Domain authorOrganization) {
        this.walks = walks;
        this.author = author;
        this.authorOrganization = authorOrganization;
    }

    /** Whether this identifier aligns. */
    Answer of(Domain identifier, boolean strict) {
        if (identifier.equals(author)) {
            return Answer.YES;
        }
        if (strict) {
            return Answer.NO;
        }
        Answer known = relaxed.get(identifier);
        if (known == null) {
            known = relaxed.size() < MAX_WALKS ? compare(identifier) : Answer.NO;
            relaxed.put(identifier, known);
        }
        return known;
    }

    private Answer compare(Domain identifier) {
        if (authorOrganization == null) {
            return sameTopLevel(identifier) ? Answer.UNKNOWN : Answer.NO;
        }
        if (!identifier.isWithin(authorOrganization)) {
            return Answer.NO; // its organizational domain is one of its own ancestors
        }
        Domain organization = walks.walk(identifier).organizationalDomain();
        if (organization == null) {
            return Answer.UNKNOWN;
        }
        return organization.equals(authorOrganization) ? Answer.YES : Answer.NO;
    }

    private boolean sameTopLevel(Domain identifier) {
        String a = author.ascii();
        String b = identifier.ascii();
        return a.substring(a.lastIndexOf('.') + 1).equals(b.substring(b.lastIndexOf('.') + 1));
    }
}
