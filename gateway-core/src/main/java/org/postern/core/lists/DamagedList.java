package org.postern.core.lists;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.postern.core.config.FileReference;
import org.postern.core.lists.AddedEntries.Target;
import org.postern.core.problem.Place;
import org.postern.core.problem.Problem;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.time.TimeSource;
import org.postern.core.yaml.SourceFile;

/**
 * A file of added entries that cannot be read whole, at a start: no list is worth a gateway that
 * takes no mail. The entries that can be read are kept, the file as it was lies beside it as {@code
 * added-deny.yaml.damaged}, a later one as {@code added-deny.yaml.damaged-2}, until a person takes
 * it away; of {@value #MOST} that nobody looks at the last is replaced. An entry with anything
 * wrong about it is left out, so that nothing that had an end holds for ever. Used by one thread,
 * before any other program has the files.
 */
public final class DamagedList {
    private static final String SUFFIX = ".damaged";
    private static final int MOST = 9;
    private static final Pattern SECTION = Pattern.compile("([a-z-]+):\\s*");
    private static final Pattern ITEM = Pattern.compile("\\s*- \\S.*");

    private DamagedList() {}

    /** The damaged files that lie under a data directory. */
    public static List<Path> lying(Path data) {
        return Stream.of(Target.values())
                .flatMap(target -> asides(AddedEntries.path(data, target)))
                .filter(Files::exists)
                .toList();
    }

    private static Stream<Path> asides(Path file) {
        String name = file.getFileName() + SUFFIX;
        return IntStream.rangeClosed(1, MOST)
                .mapToObj(n -> file.resolveSibling(n == 1 ? name : name + "-" + n));
    }

    /** The first name that is free, or the last. */
    private static Path aside(Path file) {
        List<Path> all = asides(file).toList();
        return all.stream().filter(path -> !Files.exists(path)).findFirst().orElse(all.getLast());
    }

    /**
     * Puts each file of added entries that is damaged aside, and in its place one of what can be
     * read. A file that cannot be had at all is left for the caller to stumble over.
     *
     * @param data the data directory
     * @param time the clock by which entries expire
     * @param problems receives a warning for each such file
     */
    public static void mend(Path data, TimeSource time, ProblemCollector problems) {
        AddedEntries added = new AddedEntries(data, time);
        for (Target target : Target.values()) {
            Optional<FileReference> file = AddedEntries.file(data, target);
            if (file.isPresent()) {
                mend(added, target, file.get().absolute(), time, problems);
            }
        }
    }

    private static void mend(
            AddedEntries added,
            Target target,
            Path file,
            TimeSource time,
            ProblemCollector problems) {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > AccessLists.MAX_BYTES) {
                return;
            }
            byte[] octets = Files.readAllBytes(file);
            ProblemCollector wrong = new ProblemCollector();
            Map<String, ListEntry> entries = new LinkedHashMap<>();
            SourceFile.read(file, AccessLists.MAX_BYTES, Place.start(file), wrong)
                    .ifPresent(source ->
                            ListFile.read(
                                    source,
                                    AddedEntries.sink(file, entries),
                                    wrong,
                                    time.instant()));
            if (wrong.errorCount() == 0) {
                return;
            }
            List<Problem> errors = wrong.toProblems().errors();
            Set<Integer> lines =
                    errors.stream().map(e -> e.place().line()).collect(Collectors.toSet());
            entries.values().removeIf(e -> lines.contains(e.line()));
            if (wrong.errorCount() > errors.size()) {
                entries.clear(); // not every bad line is known
            }
            lineByLine(file, new String(octets, StandardCharsets.UTF_8), time)
                    .forEach(entries::putIfAbsent);
            Path aside = aside(file);
            Files.copy(file, aside, StandardCopyOption.REPLACE_EXISTING);
            added.write(target, entries);
            problems.warning(
                    errors.getFirst().place(),
                    "damaged ("
                            + errors.getFirst().message()
                            + "): "
                            + entries.size()
                            + " entries could be read and are kept; the file as it was is "
                            + aside);
        } catch (IOException e) {
            problems.error(Place.start(file), "cannot be mended: " + e.getMessage());
        }
    }

    /** As commands write it, an entry has a line of its own, and a bad one harms no other. */
    private static Map<String, ListEntry> lineByLine(Path file, String text, TimeSource time) {
        Map<String, ListEntry> entries = new LinkedHashMap<>();
        String section = "";
        for (String line : text.lines().toList()) {
            Matcher header = SECTION.matcher(line);
            if (header.matches() && ListKind.ofKey(header.group(1)).isPresent()) {
                section = line;
            } else if (!section.isEmpty()
                    && ITEM.matcher(line).matches()
                    && line.indexOf('\ufffd') < 0) {
                ProblemCollector wrong = new ProblemCollector();
                Map<String, ListEntry> one = new LinkedHashMap<>();
                ListFile.read(
                        new SourceFile(file, section + "\n" + line + "\n"),
                        AddedEntries.sink(file, one),
                        wrong,
                        time.instant());
                if (wrong.errorCount() == 0) {
                    entries.putAll(one);
                }
            }
        }
        return entries;
    }
}
