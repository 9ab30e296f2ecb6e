package org.postern.core.recipients;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.postern.core.files.WholeFile;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.problem.ProblemCollector;

/**
 * The last good lists of sources that a new one has replaced. Until that has a list of its own who
 * stands in them is known, and of anybody else nobody can say; and its first list is held to what
 * they had. Which they are lies on disk beside the lists, so that a restart goes on with them.
 * Immutable; any thread.
 */
record StandIns(List<One> lists) {
    /** Nobody stands in. */
    static final StandIns NONE = new StandIns(List.of());

    /** How the name of the file ends that says which they are. */
    static final String SUFFIX = ".before";

    StandIns {
        lists = List.copyOf(lists);
    }

    /**
     * One list.
     *
     * @param name the source that it was of
     * @param table who is in it
     * @param domains those of the new source for which it was
     */
    record One(String name, RecipientFile table, Set<Domain> domains) {
        One {
            domains = Set.copyOf(domains);
        }
    }

    /** What the first list that has one says. */
    <T> Optional<T> first(EmailAddress address, Function<RecipientFile, Optional<T>> question) {
        return lists.stream()
                .filter(one ->
                        address.host() instanceof Domain domain && one.domains().contains(domain))
                .flatMap(one -> question.apply(one.table()).stream())
                .findFirst();
    }

    /** Somebody whom one of them has. */
    Optional<RecipientLookup> known(EmailAddress address) {
        return first(
                address,
                table ->
                        table.lookup(address) instanceof RecipientLookup.Known known
                                ? Optional.of(known)
                                : Optional.empty());
    }

    /** What a list lacks of all of them. */
    Removal loss(RecipientFile after, Set<Domain> hosted, double maxRemoval) {
        return Removal.together(
                lists.stream()
                        .map(one -> {
                            Set<Domain> both = new HashSet<>(one.domains());
                            both.retainAll(hosted);
                            return Removal.between(one.table(), after, both, maxRemoval);
                        })
                        .toList());
    }

    /** Everything that their recipients ask for. */
    Set<Handling> handlings() {
        return lists.stream()
                .flatMap(one -> one.table().handlings().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whose lists they are, for people; empty without any. */
    String names() {
        return lists.stream().map(One::name).distinct().collect(Collectors.joining(", "));
    }

    /** Notes which they are. */
    void write(Path file) throws IOException {
        StringBuilder out = new StringBuilder();
        for (One one : lists) {
            out.append(one.name());
            one.domains().stream()
                    .map(Domain::ascii)
                    .sorted()
                    .forEach(domain -> out.append(' ').append(domain));
            out.append('\n');
        }
        WholeFile.write(file, out);
    }

    /**
     * Reads what {@link #write} has noted; a list that is gone or damaged does not stand in.
     *
     * @param folder where the lists lie
     * @throws IOException if a file cannot be read
     */
    static StandIns read(Path file, Path folder) throws IOException {
        if (!Files.exists(file)) {
            return NONE;
        }
        List<One> found = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            List<String> words = Arrays.asList(line.split(" "));
            Path list = folder.resolve(words.getFirst() + ".yaml");
            ProblemCollector problems = new ProblemCollector();
            if (Files.exists(list)) {
                RecipientFile table = RecipientFileReader.readKept(list, problems);
                Set<Domain> domains =
                        words.stream().skip(1).map(Domain::of).collect(Collectors.toSet());
                if (problems.errorCount() == 0) {
                    found.add(new One(words.getFirst(), table, domains));
                }
            }
        }
        return new StandIns(found);
    }
}
