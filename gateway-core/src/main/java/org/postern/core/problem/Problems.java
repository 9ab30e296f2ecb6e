package org.postern.core.problem;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Everything that one pass over the configuration found, in the order of the files and their lines.
 *
 * @param all errors and warnings
 * @param omitted how many more were found than are kept
 */
public record Problems(List<Problem> all, int omitted) {
    /** Nothing found. */
    public static final Problems NONE = new Problems(List.of(), 0);

    public Problems {
        all = List.copyOf(all);
    }

    /** The problems that forbid use. */
    public List<Problem> errors() {
        return all.stream().filter(Problem::isError).toList();
    }

    /** The problems that do not forbid use. */
    public List<Problem> warnings() {
        return all.stream().filter(p -> !p.isError()).toList();
    }

    /** Whether anything forbids use. */
    public boolean hasErrors() {
        return all.stream().anyMatch(Problem::isError);
    }

    /** One line per problem, and a last line where some are left out. */
    @Override
    public String toString() {
        String lines = all.stream().map(Problem::toString).collect(Collectors.joining("\n"));
        return omitted == 0 ? lines : lines + "\nand " + omitted + " more";
    }
}
