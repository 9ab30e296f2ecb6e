package org.postern.core.recipients;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.mail.EmailAddress;

/**
 * The sources of one domain, asked in order. The first that knows the address decides; it is
 * unknown only when every source says so. What takes anybody, wherever it stands, takes who is in
 * no other source, and nobody while one of them is away.
 */
final class DomainRecipients implements RecipientDirectory {
    private final List<RecipientDirectory> sources;

    DomainRecipients(List<RecipientDirectory> sources) {
        this.sources = List.copyOf(sources);
    }

    /** The same with every source over the network replaced. */
    DomainRecipients bound(Function<RecipientSourceConfig.Remote, RecipientDirectory> directoryOf) {
        return new DomainRecipients(
                sources.stream()
                        .map(s ->
                                s instanceof Recipients.Unasked unasked
                                        ? directoryOf.apply(unasked.config())
                                        : s)
                        .toList());
    }

    /** In the order in which they are asked. */
    List<RecipientDirectory> sources() {
        return sources;
    }

    @Override
    public RecipientLookup lookup(EmailAddress address) {
        return decide(source -> source.lookup(address));
    }

    @Override
    public RecipientLookup fromMemory(EmailAddress address) {
        return decide(source -> source.fromMemory(address));
    }

    private RecipientLookup decide(Function<RecipientDirectory, RecipientLookup> asked) {
        RecipientLookup answer = RecipientLookup.Unknown.INSTANCE;
        RecipientLookup.@Nullable Known anybody = null;
        for (RecipientDirectory source : sources) {
            switch (asked.apply(source)) {
                case RecipientLookup.Known known -> {
                    if (!known.anybody()) {
                        return known;
                    }
                    anybody = anybody == null ? known : anybody;
                }
                case RecipientLookup.Unavailable away -> answer = away;
                case RecipientLookup.Unknown u -> {
                    // the next one may know it
                }
                case RecipientLookup.NotHosted n -> {
                    // the next one may know it
                }
            }
        }
        // somebody whom a source that is away knows must not land in the catch-all
        return anybody != null && answer == RecipientLookup.Unknown.INSTANCE ? anybody : answer;
    }

    @Override
    public Optional<Handling> handling(EmailAddress address) {
        return sources.stream().flatMap(s -> s.handling(address).stream()).findFirst();
    }

    @Override
    public Optional<List<EmailAddress>> aliasOf(EmailAddress address) {
        for (RecipientDirectory source : sources) {
            if (source.handling(address).isPresent()) {
                return source.aliasOf(address); // the first that knows it decides
            }
        }
        return Optional.empty();
    }

    @Override
    public Optional<EmailAddress> withoutDetail(EmailAddress address) {
        return sources.stream()
                .flatMap(s -> s.withoutDetail(address).stream())
                .findFirst()
                .filter(user -> sources.stream().noneMatch(s -> mayKnowAsItStands(s, address)));
    }

    /** Whether a source has the whole address as somebody's, or cannot say now. */
    private static boolean mayKnowAsItStands(RecipientDirectory source, EmailAddress address) {
        return source.withoutDetail(address).isEmpty()
                && switch (source.fromMemory(address)) {
                    case RecipientLookup.Known known -> !known.anybody();
                    case RecipientLookup.Unavailable away -> true;
                    case RecipientLookup.Unknown u -> false;
                    case RecipientLookup.NotHosted n -> false;
                };
    }

    @Override
    public boolean tellsHandling(EmailAddress address) {
        for (RecipientDirectory source : sources) {
            if (source.handling(address).isPresent()) {
                return true;
            }
            if (!source.tellsHandling(address)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public Set<Handling> handlings() {
        return sources.stream()
                .flatMap(s -> s.handlings().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public String name() {
        return sources.size() == 1 ? sources.getFirst().name() : "several";
    }
}
