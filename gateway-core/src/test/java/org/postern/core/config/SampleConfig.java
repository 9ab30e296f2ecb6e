package org.postern.core.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.postern.core.problem.Problem;
import org.postern.core.problem.Problems;

/** A small whole configuration, to which a test adds the keys that it is about. */
final class SampleConfig {
    private static final String BASE =
            """
            hostname: mx.example.test
            data: data
            listeners: [{ address: 127.0.0.1, port: 2525 }]
            domains:
              example.test:
                recipients: { static: [postmaster@example.test] }
                downstream: maildir:mail
            """;

    private static final String FILE = "postern.yaml";

    private SampleConfig() {}

    /** What the loader says of it with these lines behind it. */
    static LoadResult load(Path folder, String more) throws IOException {
        return whole(folder, BASE + more);
    }

    /** What the loader says of a file of which this is the whole. */
    static LoadResult whole(Path folder, String yaml) throws IOException {
        return ConfigLoader.load(Files.writeString(folder.resolve(FILE), yaml));
    }

    /** The configuration; a refusal fails the test. */
    static PosternConfig taken(LoadResult result) {
        return switch (result) {
            case LoadResult.Loaded loaded -> loaded.config();
            case LoadResult.Refused refused ->
                    throw new AssertionError(refused.problems().toString());
        };
    }

    /** The problems for which it is refused; a configuration that is taken fails the test. */
    static Problems refused(LoadResult result) {
        return switch (result) {
            case LoadResult.Loaded loaded -> throw new AssertionError("taken");
            case LoadResult.Refused refused -> refused.problems();
        };
    }

    /** The configuration with these lines behind it. */
    static PosternConfig good(Path folder, String more) throws IOException {
        return taken(load(folder, more));
    }

    /** The problems for which it is refused with these lines behind it. */
    static Problems bad(Path folder, String more) throws IOException {
        return refused(load(folder, more));
    }

    /** The problems of a whole file, each as {@code LINE:COLUMN: MESSAGE}. */
    static List<String> problemsOfWhole(Path folder, String yaml) throws IOException {
        return refused(whole(folder, yaml)).all().stream()
                .map(Problem::toString)
                .map(text -> text.substring(text.indexOf(FILE + ":") + FILE.length() + 1))
                .toList();
    }

    /** The same, each as {@code LINE:COLUMN: MESSAGE}, the first added line being 1. */
    static List<String> problems(Path folder, String more) throws IOException {
        long before = BASE.lines().count();
        return bad(folder, more).all().stream()
                .map(p ->
                        (p.place().line() - before) + ":" + p.place().column() + ": " + p.message())
                .toList();
    }
}
