package org.postern.core.greylist;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.config.GreylistingConfig;
import org.postern.core.config.PosternConfig;
import org.postern.core.lists.AccessLists;
import org.postern.core.lists.ListKind;
import org.postern.core.lists.ListMatch;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Cidr;
import org.postern.core.policy.Facts;

/** Whom a configuration lets by without asking them to come back. Thread-safe: it keeps nothing. */
public final class GreylistExemptions {
    private GreylistExemptions() {}

    /**
     * Who is let by whatever it authenticates as.
     *
     * @return {@code ours} for our own networks and relays, {@code pool}, {@code listed} for an
     *     allow list's entry; empty for everybody else
     */
    public static Optional<String> spared(PosternConfig config, AccessLists lists, Facts facts) {
        InetAddress client = facts.client();
        if (isIn(config.networks().internal(), client)
                || isIn(config.networks().trustedRelays(), client)) {
            return Optional.of("ours");
        }
        if (isIn(config.greylisting().pools(), client)) {
            return Optional.of("pool");
        }
        return listed(lists, facts) ? Optional.of("listed") : Optional.empty();
    }

    private static boolean isIn(List<Cidr> networks, InetAddress client) {
        return networks.stream().anyMatch(n -> n.contains(client));
    }

    private static boolean listed(AccessLists lists, Facts facts) {
        return lists.client(facts.client()) instanceof ListMatch.Allow
                || facts.recipientNames().stream()
                        .anyMatch(name ->
                                lists.address(ListKind.RECIPIENT, name) instanceof ListMatch.Allow)
                || (facts.reversePath() instanceof ReversePath.Mailbox(EmailAddress sender)
                        && (lists.address(ListKind.SENDER, sender) instanceof ListMatch.Allow
                                || (sender.host() instanceof Domain domain
                                        && lists.domain(ListKind.SENDER_DOMAIN, domain)
                                                instanceof ListMatch.Allow)));
    }

    /** Whether one of the domains that a message authenticated as is let by. */
    public static boolean isNamed(GreylistingConfig config, Set<Domain> authenticated) {
        return authenticated.stream()
                .anyMatch(d -> config.domains().stream().anyMatch(p -> p.matches(d)));
    }

    /** The domain that SPF passes for. */
    public static Set<Domain> authenticated(SpfResult spf) {
        Set<Domain> all = new HashSet<>();
        if (spf.result() == AuthResult.PASS) {
            domain(spf.domain()).ifPresent(all::add);
        }
        return all;
    }

    /** Every domain that SPF passes for or a signature vouches for. */
    public static Set<Domain> authenticated(Verdicts verdicts) {
        Set<Domain> all = authenticated(verdicts.spf());
        for (DkimResult signature : verdicts.dkim()) {
            if (signature.vouches()) {
                domain(signature.domain()).ifPresent(all::add);
            }
        }
        return all;
    }

    private static Optional<Domain> domain(@Nullable String name) {
        try {
            return name == null ? Optional.empty() : Optional.of(Domain.parse(name));
        } catch (InvalidAddressException e) {
            return Optional.empty(); // what is no domain has no history
        }
    }
}
