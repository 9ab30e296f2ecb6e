package org.postern.core.recipients;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.postern.core.mail.Domain;
import org.postern.core.problem.Place;
import org.postern.core.problem.Problem;
import org.postern.core.problem.Problem.Severity;

/**
 * Looks at what a reload would take away from recipient files: one that was written half, or by a
 * program that got half a list, reads well and would have the rest refused for good; and from
 * domains whose sources are others than before. It waits for somebody to look, as a list from
 * elsewhere does. Used by one reload at a time.
 */
public final class FileRemovals {
    private final Map<Path, Integer> shown = new HashMap<>();
    private final Map<Domain, Integer> shownOfDomains = new HashMap<>();

    /** A start has told of what these files have lost: it may be confirmed at once. */
    public void begin(Recipients started) {
        started.kept()
                .forEach((path, kept) -> {
                    if (kept.removed() > 0) {
                        shown.put(path, kept.removed());
                    }
                });
    }

    /** What was confirmed has come into force; what is lost from now on is another matter. */
    public void taken() {
        shown.clear();
        shownOfDomains.clear();
    }

    /** How many recipients each file has lost and waits for somebody to look, by absolute path. */
    public Map<Path, Integer> waiting() {
        return Map.copyOf(shown);
    }

    /**
     * Compares the files that two configurations have in common, and the domains of which a source
     * is gone.
     *
     * @param before in force
     * @param after what would be
     * @param maxRemoval the share of a file's recipients, and of those of each domain, that may go
     *     unconfirmed
     * @param confirmed whether as many may go as were told of last time, and no more
     * @param placeOf where a domain's sources stand
     * @return an error for each file and each domain that would lose too many
     */
    public List<Problem> check(
            Recipients before,
            Recipients after,
            double maxRemoval,
            boolean confirmed,
            Function<Domain, Place> placeOf) {
        List<Problem> problems = ofDomains(before, after, maxRemoval, confirmed, placeOf);
        Map<Path, Integer> told = waiting();
        shown.clear();
        after.files()
                .forEach((path, file) -> {
                    RecipientFile old = before.files().get(path);
                    if (old == null) {
                        return;
                    }
                    Removal loss = Removal.between(old, file, after.domains(), maxRemoval);
                    if (waits(path, loss, told, confirmed, shown)) {
                        problems.add(
                                new Problem(
                                        Place.start(path),
                                        Severity.ERROR,
                                        loss.words()
                                                + " are gone; if that is right: postern reload"
                                                + " --confirm"));
                    }
                });
        return problems;
    }

    private List<Problem> ofDomains(
            Recipients before,
            Recipients after,
            double maxRemoval,
            boolean confirmed,
            Function<Domain, Place> placeOf) {
        List<Problem> problems = new ArrayList<>();
        Map<Domain, Integer> told = Map.copyOf(shownOfDomains);
        shownOfDomains.clear();
        for (Domain domain : before.domains().stream().sorted().toList()) {
            if (!after.domains().contains(domain)) {
                continue; // no longer ours: nobody says 550 5.1.1 to its people
            }
            Removal loss = new SourceRemovals(domain, before, after).loss(maxRemoval);
            if (waits(domain, loss, told, confirmed, shownOfDomains)) {
                problems.add(
                        new Problem(
                                placeOf.apply(domain),
                                Severity.ERROR,
                                loss.words()
                                        + " are in none of its sources any more; if that is"
                                        + " right: postern reload --confirm"));
            }
        }
        return problems;
    }

    /** Whether a loss is too much and not confirmed in the size that was told. */
    private static <K> boolean waits(
            K whose, Removal loss, Map<K, Integer> told, boolean confirmed, Map<K, Integer> shown) {
        if (!loss.isTooMuch()) {
            return false;
        }
        // stays noted though it is waved: the reload may yet be refused for another
        // reason, and is then said again with the same confirmation
        shown.put(whose, loss.removed());
        return !confirmed || loss.removed() > told.getOrDefault(whose, 0);
    }
}
