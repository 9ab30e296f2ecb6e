package org.postern.auth.dmarc;

import org.postern.core.mail.Domain;

/**
 * The name that somebody has registered, by the list of public suffixes alone: what all names
 * beneath it have in common. For what is counted by who answers for a domain; nothing is asked of
 * the DNS, so what DMARC calls the organizational domain (RFC 9989, 4.10.2) may be another.
 */
public final class RegisteredDomain {
    private RegisteredDomain() {}

    /**
     * The name right beneath a public suffix that a domain is or lies under; the domain itself
     * where it is a public suffix. Pure, any thread.
     */
    public static Domain of(Domain domain) {
        if (PublicSuffixes.contains(domain)) {
            return domain;
        }
        Domain registered = domain;
        Domain above = above(domain);
        while (!PublicSuffixes.contains(above)) {
            registered = above;
            above = above(above);
        }
        return registered;
    }

    /** The domain right above one that has more than one label; a single label is a suffix. */
    private static Domain above(Domain domain) {
        return Domain.of(domain.ascii().substring(domain.ascii().indexOf('.') + 1));
    }
}
