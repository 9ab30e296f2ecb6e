package org.postern.core.policy;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.recipients.RecipientLookup;

/**
 * Whose rules are tried: those that every recipient of a decision has in common. Immutable.
 *
 * @param domain the domain of every recipient, or null where they are of several or not known
 * @param set the set of rules that the directory names for each of them, or null
 */
public record Audience(@Nullable Domain domain, @Nullable String set) {
    /** Nobody in particular. */
    public static final Audience ANYBODY = new Audience(null, null);

    /** One recipient, as the directory knows it. */
    public static Audience of(EmailAddress recipient, @Nullable RecipientLookup lookup) {
        return new Audience(
                recipient.host() instanceof Domain d ? d : null,
                lookup instanceof RecipientLookup.Known known ? known.handling().policy() : null);
    }

    /** What both have in common. */
    public Audience with(Audience other) {
        return new Audience(
                Objects.equals(domain, other.domain) ? domain : null,
                Objects.equals(set, other.set) ? set : null);
    }

    /** What a decision about one recipient, or about none yet, is about. */
    static Audience of(Facts facts) {
        return facts.recipient() == null ? ANYBODY : of(facts.recipient(), facts.lookup());
    }
}
