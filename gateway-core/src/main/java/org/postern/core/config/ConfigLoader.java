package org.postern.core.config;

import java.nio.file.Path;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.problem.Problems;
import org.postern.core.yaml.SourceFile;
import org.postern.core.yaml.YamlReader;

/**
 * Reads the configuration file: every problem of it in one pass, each with its place. The list and
 * recipient files that it names are read by {@code Snapshots}, which is what {@code run}, {@code
 * reload} and {@code check} use. Stateless, any thread.
 */
public final class ConfigLoader {
    /** The longest configuration file in bytes. */
    public static final int MAX_BYTES = 4 << 20;

    private ConfigLoader() {}

    /**
     * The configuration in a file, or everything that is wrong with it. Never throws for a file.
     */
    public static LoadResult load(Path file) {
        ProblemCollector problems = new ProblemCollector();
        ConfigDraft draft = draft(file, problems);
        Problems found = problems.toProblems();
        return draft.config()
                .filter(c -> !found.hasErrors()) // a key that stands twice is an error of the text
                .<LoadResult>map(c -> new LoadResult.Loaded(c, found.warnings()))
                .orElseGet(() -> new LoadResult.Refused(found));
    }

    /** As {@link #load}, and what else was read where the file has errors. */
    public static ConfigDraft draft(Path file, ProblemCollector problems) {
        return SourceFile.read(file, MAX_BYTES, Place.start(file), problems)
                .flatMap(source -> YamlReader.read(source, problems))
                .map(root -> new ConfigReader(file, problems).read(root))
                .orElse(ConfigDraft.NOTHING);
    }
}
