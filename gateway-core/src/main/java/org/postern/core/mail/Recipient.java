package org.postern.core.mail;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One accepted recipient of an envelope.
 *
 * @param address where the message goes
 * @param dsnNotify NOTIFY= as given, empty when the client said nothing (RFC 3461, 4.1)
 * @param originalRecipient ORCPT= as given, {@code type;xtext}, or null (RFC 3461, 4.2)
 */
public record Recipient(
        EmailAddress address, Set<DsnNotify> dsnNotify, @Nullable String originalRecipient) {
    public Recipient {
        dsnNotify = Set.copyOf(dsnNotify);
    }

    /** A recipient without DSN parameters. */
    public static Recipient of(EmailAddress address) {
        return new Recipient(address, Set.of(), null);
    }
}
