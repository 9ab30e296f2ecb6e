package org.postern.core.recipients;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.postern.core.mail.EmailAddress;

/** Knows the addresses that are written in the configuration itself. */
final class StaticDirectory implements RecipientDirectory {
    private final Set<String> keys;

    StaticDirectory(Collection<EmailAddress> addresses) {
        keys = addresses.stream().map(EmailAddress::key).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public RecipientLookup lookup(EmailAddress address) {
        return keys.contains(address.key())
                ? new RecipientLookup.Known(List.of(address), "static")
                : RecipientLookup.Unknown.INSTANCE;
    }

    @Override
    public Optional<Handling> handling(EmailAddress address) {
        return keys.contains(address.key()) ? Optional.of(Handling.NONE) : Optional.empty();
    }

    /** The folded addresses. */
    Set<String> keys() {
        return keys;
    }

    @Override
    public String name() {
        return "static";
    }
}
