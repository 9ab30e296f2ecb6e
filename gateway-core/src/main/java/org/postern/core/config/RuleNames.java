package org.postern.core.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;

/**
 * The names that the rules of one configuration take, in {@code policy.rules}, in sets and in
 * domains. Replies, log, journal, metrics and the guard call a rule by its name alone, so one name
 * is one rule everywhere; a rule that several sections bring in by a YAML alias is still one. Not
 * thread-safe, used while one file is read.
 */
final class RuleNames {
    private final Map<String, List<Taken>> names = new LinkedHashMap<>();

    private record Taken(Place place, String section) {}

    /** Notes that a rule of a section has a name. */
    void take(String name, Place place, String section) {
        names.computeIfAbsent(name, n -> new ArrayList<>()).add(new Taken(place, section));
    }

    /** Notes an error for each rule whose name one further up in the file has. */
    void check(ProblemCollector problems) {
        names.forEach((name, all) -> {
            all.sort(
                    Comparator.comparingInt((Taken t) -> t.place().line())
                            .thenComparingInt(t -> t.place().column()));
            Taken first = all.getFirst();
            for (Taken other : all.subList(1, all.size())) {
                boolean oneSection = other.section().equals(first.section());
                if (oneSection || !other.place().equals(first.place())) {
                    problems.error(other.place(), taken(name, first, oneSection));
                }
            }
        });
    }

    private static String taken(String name, Taken first, boolean oneSection) {
        String where = "rule " + name + " stands already in line " + first.place().line();
        return oneSection
                ? where
                : where
                        + ", in "
                        + first.section()
                        + ": replies, journal and metrics name a rule by its name alone, so one"
                        + " name is one rule everywhere";
    }
}
