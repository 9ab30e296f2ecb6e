package org.postern.core.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.postern.core.problem.Place;
import org.postern.core.problem.Problem;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.yaml.SourceFile;
import org.postern.core.yaml.YamlNode;
import org.postern.core.yaml.YamlReader;

/**
 * Where a gateway that runs is found: all that a command needs to ask it. It can be told from a
 * configuration that is broken elsewhere, for what is in force is an older state of the same file.
 *
 * @param data the data directory, absolute
 * @param admin the listener for commands
 */
public record Whereabouts(Path data, AdminConfig admin) {
    private static final int TRIES = 100;

    /** Those of a configuration that was read. */
    public static Whereabouts of(PosternConfig config) {
        return new Whereabouts(config.data(), config.admin());
    }

    /**
     * Those that a file still tells that has errors: what stands before a syntax error, and
     * whatever else is wrong behind or between.
     *
     * @return empty if it does not tell the data directory
     */
    public static Optional<Whereabouts> in(Path file) {
        ProblemCollector ignored = new ProblemCollector(); // told by who read the file before
        return SourceFile.read(file, ConfigLoader.MAX_BYTES, Place.start(file), ignored)
                .flatMap(source -> beginning(source, TRIES))
                .flatMap(root -> of(file, root));
    }

    private static Optional<YamlNode> beginning(SourceFile source, int tries) {
        ProblemCollector problems = new ProblemCollector();
        Optional<YamlNode> root = YamlReader.read(source, problems);
        List<Problem> errors =
                problems.toProblems().all().stream().filter(Problem::isError).toList();
        if (root.isPresent() || errors.isEmpty() || tries == 0) {
            return root;
        }
        String before = keysBefore(source.text(), errors.getFirst().place().line());
        return before.isEmpty()
                ? Optional.empty()
                : beginning(new SourceFile(source.path(), before), tries - 1);
    }

    /** What stands before the last key of the top level that begins above a line or in it. */
    private static String keysBefore(String text, int line) {
        int key = 0;
        int at = 0;
        for (int i = 1; i <= line && at < text.length(); i++) {
            if (Character.isLetter(text.charAt(at))) {
                key = at;
            }
            int end = text.indexOf('\n', at);
            at = end < 0 ? text.length() : end + 1;
        }
        return text.substring(0, key);
    }

    private static Optional<Whereabouts> of(Path file, YamlNode root) {
        ProblemCollector ignored = new ProblemCollector();
        if (!(root instanceof YamlNode.Mapping)) {
            return Optional.empty();
        }
        PathResolver paths = new PathResolver(file, ignored);
        Section top = Section.of("", root, ignored);
        AdminConfig admin =
                top.section("admin").map(AdminConfig::read).orElseGet(AdminConfig::defaults);
        return top.one(Keys.DATA)
                .flatMap(data -> paths.resolve(data, top.placeOf(Keys.DATA)))
                .map(data -> new Whereabouts(data.absolute(), admin));
    }
}
