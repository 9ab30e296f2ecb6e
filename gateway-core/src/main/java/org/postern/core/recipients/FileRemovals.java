package org.postern.core.recipients;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.postern.core.config.RecipientsConfig;
import org.postern.core.mail.Domain;
import org.postern.core.problem.Place;
import org.postern.core.problem.Problem;
import org.postern.core.problem.Problem.Severity;

/**
 * Looks at what a reload would take away from recipient files: one that was written half, or by a
 * program that got half a list, reads well and would have the rest refused for good. It waits for
 * somebody to look, as a list from elsewhere does. Used by one reload at a time.
 */
public final class FileRemovals {
    private final Map<Path, Integer> shown = new HashMap<>();

    /**
     * Compares the files that two configurations have in common.
     *
     * @param before in force
     * @param after what would be
     * @param maxRemoval the share of a file's recipients that may go unconfirmed
     * @param confirmed whether as many may go as were told of last time, and no more
     * @return an error for each file that would lose too many
     */
    public List<Problem> check(
            Recipients before, Recipients after, double maxRemoval, boolean confirmed) {
        List<Problem> problems = new ArrayList<>();
        Map<Path, Integer> told = Map.copyOf(shown);
        shown.clear();
        Set<Domain> hosted = after.domains();
        after.files()
                .forEach((path, file) -> {
                    RecipientFile old = before.files().get(path);
                    int known = old == null ? 0 : old.sizeIn(hosted);
                    int removed = old == null ? 0 : old.missingIn(file, hosted);
                    double allowed = Math.max(RecipientsConfig.ALWAYS, known * maxRemoval);
                    boolean nobody = known > 0 && file.size() == 0 && !file.hasCatchAll();
                    boolean waved = confirmed && removed <= told.getOrDefault(path, 0);
                    if ((removed > allowed || nobody) && !waved) {
                        shown.put(path, removed);
                        problems.add(
                                new Problem(
                                        Place.start(path),
                                        Severity.ERROR,
                                        removed
                                                + " of "
                                                + known
                                                + " recipients are gone; if that is right: postern"
                                                + " reload --confirm"));
                    }
                });
        return problems;
    }
}
