package org.postern.core.config;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;

/**
 * Resolves the paths in a configuration file: those that are not absolute are relative to the
 * directory that the file lies in, wherever the program was started.
 */
final class PathResolver {
    private final Path directory;
    private final Path shownDirectory;
    private final ProblemCollector problems;

    PathResolver(Path file, ProblemCollector problems) {
        Path absolute = file.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        this.directory = parent == null ? absolute : parent;
        Path shown = file.getParent();
        this.shownDirectory = shown == null ? Path.of("") : shown;
        this.problems = problems;
    }

    /** The directory of the configuration file, absolute. */
    Path directory() {
        return directory;
    }

    /** The path in a value; empty if it is none, which is noted. */
    Optional<FileReference> resolve(Section.Placed<String> value) {
        return resolve(value.value(), value.place());
    }

    Optional<FileReference> resolve(String text, Place place) {
        try {
            Path path = Path.of(text);
            return Optional.of(
                    new FileReference(
                            directory.resolve(path).normalize(),
                            shownDirectory.resolve(path).normalize(),
                            place));
        } catch (InvalidPathException e) {
            problems.error(place, "no path: " + e.getReason());
            return Optional.empty();
        }
    }

    /** The same, for a file that must be there and readable. */
    Optional<FileReference> readable(String text, Place place) {
        return resolve(text, place)
                .filter(f -> {
                    if (!Files.exists(f.absolute())) {
                        problems.error(place, "no such file: " + f.shown());
                        return false;
                    }
                    if (!Files.isRegularFile(f.absolute()) || !Files.isReadable(f.absolute())) {
                        problems.error(
                                place,
                                f.shown()
                                        + " is no file that user "
                                        + System.getProperty("user.name")
                                        + " may read");
                        return false;
                    }
                    return true;
                });
    }
}
