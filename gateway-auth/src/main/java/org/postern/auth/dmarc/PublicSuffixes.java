package org.postern.auth.dmarc;

import com.google.common.net.InternetDomainName;
import org.postern.core.mail.Domain;

/**
 * The guard beside the tree walk (RFC 9989, 11.8): a name under which strangers register theirs is
 * nobody's organizational domain, even if it publishes a record without {@code psd=y}. The list is
 * Mozilla's Public Suffix List as it comes with Guava, both of its parts. Nothing else is decided
 * by it.
 */
final class PublicSuffixes {
    private PublicSuffixes() {}

    /** Whether strangers register names right beneath this one; every single label counts. */
    static boolean contains(Domain domain) {
        String name = domain.ascii();
        if (name.indexOf('.') < 0) {
            return true; // the list's own default rule, *
        }
        return InternetDomainName.isValid(name) && InternetDomainName.from(name).isPublicSuffix();
    }
}
