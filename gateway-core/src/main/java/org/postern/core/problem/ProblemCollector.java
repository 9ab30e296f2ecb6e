package org.postern.core.problem;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.postern.core.problem.Problem.Severity;

/**
 * Gathers problems while files are read, so that all of them are told at once. It keeps the first
 * {@value #MAX_KEPT} errors and as many warnings and counts the rest: a list of a million bad lines
 * must not fill the memory. Not thread-safe.
 */
public final class ProblemCollector {
    /** How many errors, and how many warnings, are kept. */
    public static final int MAX_KEPT = 1_000;

    private final Set<Problem> kept = new LinkedHashSet<>();
    private int omitted;
    private int errors;
    private int keptErrors;

    /** Notes what forbids use. */
    public void error(Place place, String message) {
        errors++;
        add(new Problem(place, Severity.ERROR, message));
    }

    /** Notes what somebody should know. */
    public void warning(Place place, String message) {
        add(new Problem(place, Severity.WARNING, message));
    }

    /** Notes everything that another has. */
    public void addAll(ProblemCollector other) {
        other.kept.forEach(this::add);
        errors += other.errors;
        omitted += other.omitted;
    }

    private void add(Problem problem) {
        int alike = problem.isError() ? keptErrors : kept.size() - keptErrors;
        if (kept.contains(problem)) {
            return;
        }
        if (alike == MAX_KEPT) {
            omitted++;
            return;
        }
        kept.add(problem);
        if (problem.isError()) {
            keptErrors++;
        }
    }

    /** Errors noted so far, those not kept among them; a caller compares it before and after. */
    public int errorCount() {
        return errors;
    }

    /** What was found: files in the order of their first problem, each by line and column. */
    public Problems toProblems() {
        List<Problem> sorted = new ArrayList<>(kept);
        List<java.nio.file.Path> files =
                kept.stream().map(p -> p.place().file()).distinct().toList();
        sorted.sort(
                Comparator.comparingInt((Problem p) -> files.indexOf(p.place().file()))
                        .thenComparingInt(p -> p.place().line())
                        .thenComparingInt(p -> p.place().column()));
        return new Problems(sorted, omitted);
    }
}
