package org.postern.core.recipients;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.postern.core.config.RecipientsConfig;
import org.postern.core.mail.Domain;

/**
 * What one list lacks of an earlier one, as a whole and for each domain: a source of many domains
 * that has lost one of them whole has lost little of itself, and everybody there.
 *
 * @param removed how many names are gone
 * @param of how many there were
 * @param isTooMuch whether that waits for somebody to look
 * @param words what is gone, of the domain that has lost too many where the whole has not
 */
record Removal(int removed, int of, boolean isTooMuch, String words) {
    private static final String EVERY = ""; // stands for names that hold in each domain

    private static final class Count {
        private int known;
        private int removed;
        private int left;

        private boolean isTooMuch(double maxRemoval, boolean hasCatchAll) {
            return removed > Math.max(RecipientsConfig.ALWAYS, known * maxRemoval)
                    || (known > 0 && left == 0 && !hasCatchAll);
        }

        private Count with(Count other) {
            Count sum = new Count();
            sum.known = known + other.known;
            sum.removed = removed + other.removed;
            sum.left = left + other.left;
            return sum;
        }

        private String words(String where) {
            return removed + " of " + known + " recipients" + where;
        }
    }

    /** Several in one: too much where one of them is. */
    static Removal together(List<Removal> all) {
        int removed = all.stream().mapToInt(Removal::removed).sum();
        int of = all.stream().mapToInt(Removal::of).sum();
        return all.stream()
                .filter(Removal::isTooMuch)
                .findFirst()
                .map(worst -> new Removal(removed, of, true, worst.words()))
                .orElseGet(() ->
                        new Removal(removed, of, false, removed + " of " + of + " recipients"));
    }

    /**
     * Compares two lists.
     *
     * @param hosted the domains that matter
     * @param maxRemoval the share of the whole, and of each domain, that may go unconfirmed; {@link
     *     RecipientsConfig#ALWAYS} always may, but never the last of a domain
     */
    static Removal between(
            RecipientFile before, RecipientFile after, Set<Domain> hosted, double maxRemoval) {
        Map<String, Count> counts = new HashMap<>();
        before.names(
                hosted,
                (key, domain) -> {
                    Count count = counts.computeIfAbsent(domain, d -> new Count());
                    count.known++;
                    if (!after.reaches(key, domain, hosted)) {
                        count.removed++;
                    }
                });
        after.names(
                hosted, (key, domain) -> counts.computeIfAbsent(domain, d -> new Count()).left++);
        Count all = counts.values().stream().reduce(new Count(), Count::with);
        if (all.isTooMuch(maxRemoval, after.hasCatchAll())) {
            return new Removal(all.removed, all.known, true, all.words(""));
        }
        Count every = counts.getOrDefault(EVERY, new Count());
        for (String domain : hosted.stream().map(Domain::ascii).sorted().toList()) {
            Count own = counts.get(domain);
            Count both = own == null ? every : own.with(every);
            if (own != null && both.isTooMuch(maxRemoval, after.hasCatchAll())) {
                return new Removal(all.removed, all.known, true, both.words(" of " + domain));
            }
        }
        return new Removal(all.removed, all.known, false, all.words(""));
    }
}
