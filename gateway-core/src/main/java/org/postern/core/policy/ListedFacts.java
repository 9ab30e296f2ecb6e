package org.postern.core.policy;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.postern.core.config.ConditionConfig;
import org.postern.core.config.ConditionConfig.DomainOf;
import org.postern.core.lists.AccessLists;
import org.postern.core.lists.ListKind;
import org.postern.core.lists.NamedList;
import org.postern.core.mail.Domain;
import org.postern.core.mail.ReversePath;

/**
 * Whether a list has anything that is known: the client, its names, sender, recipient, author, who
 * authenticated; each is looked up among the entries of its kind.
 */
final class ListedFacts {
    private static final Map<ListKind, DomainOf> DOMAINS =
            new EnumMap<>(
                    Map.of(
                            ListKind.HELO, DomainOf.HELO,
                            ListKind.REVERSE_NAME, DomainOf.REVERSE_NAME,
                            ListKind.SENDER_DOMAIN, DomainOf.SENDER,
                            ListKind.AUTHOR_DOMAIN, DomainOf.AUTHOR,
                            ListKind.AUTHENTICATED_DOMAIN, DomainOf.AUTHENTICATED));

    private static final String ALLOW = "allow";
    private static final String DENY = "deny";

    private ListedFacts() {}

    /**
     * Whether one of the lists has something. While something that a list has entries for cannot be
     * known, that it has nothing is not known either; what a later stage learns is not awaited.
     */
    static Held in(ConditionConfig.Listed condition, Facts facts, AccessLists lists) {
        boolean open = false;
        for (String name : condition.lists()) {
            if (name.equals(DENY) && hits(lists.list(ALLOW), facts, true)) {
                continue; // as for the rule of the deny lists: one allow entry outweighs them all
            }
            NamedList list = lists.list(name);
            if (hits(list, facts, name.equals(ALLOW))) {
                return Held.YES;
            }
            open |= isOpen(list, facts);
        }
        return Held.of(false, open);
    }

    private static boolean hits(NamedList list, Facts facts, boolean allow) {
        if (facts.clients().stream().anyMatch(list::hasClient)) {
            return true;
        }
        if (facts.reversePath() instanceof ReversePath.Mailbox m
                && list.hasAddress(ListKind.SENDER, m.address())) {
            return true;
        }
        if (facts.recipientNames().stream()
                .anyMatch(name -> list.hasAddress(ListKind.RECIPIENT, name))) {
            return true;
        }
        return DOMAINS.entrySet().stream()
                .anyMatch(kind -> list.has(kind.getKey()) && names(list, kind, facts, allow));
    }

    /** Of several authors none lends the others an allow entry: each must have one. */
    private static boolean names(
            NamedList list, Map.Entry<ListKind, DomainOf> kind, Facts facts, boolean allow) {
        List<Domain> names = Conditions.names(kind.getValue(), facts).toList();
        if (allow && kind.getValue() == DomainOf.AUTHOR) {
            return !names.isEmpty()
                    && names.stream().allMatch(d -> list.hasDomain(kind.getKey(), d));
        }
        return names.stream().anyMatch(d -> list.hasDomain(kind.getKey(), d));
    }

    private static boolean isOpen(NamedList list, Facts facts) {
        if (facts.verdicts() == null) {
            return false; // names that need the whole message are of a later stage
        }
        if (list.has(ListKind.RECIPIENT)) {
            return true; // a message may have several, of which each was looked at on its own
        }
        return DOMAINS.entrySet().stream()
                .anyMatch(kind ->
                        list.has(kind.getKey()) && Conditions.isOpen(kind.getValue(), facts));
    }
}
