package org.postern.core.config;

import java.util.Optional;
import java.util.regex.Pattern;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.yaml.YamlNode;

/** Reads {@code { file: path }}, {@code { env: NAME }}, or a secret in the clear with a warning. */
final class SecretReader {
    private static final Pattern VARIABLE = Pattern.compile("[^\\s=\\p{Cntrl}]+");

    private final PathResolver paths;
    private final ProblemCollector problems;

    SecretReader(PathResolver paths, ProblemCollector problems) {
        this.paths = paths;
        this.problems = problems;
    }

    Optional<Secret> read(Section s, Key<String> key) {
        Optional<YamlNode.Entry> entry = s.entry(key.name());
        if (entry.isEmpty()) {
            return Optional.empty();
        }
        YamlNode value = entry.get().value();
        if (value instanceof YamlNode.Scalar scalar && !scalar.isNull()) {
            problems.warning(
                    value.place(),
                    key.path()
                            + " stands here in the clear; put it into a file and write { file:"
                            + " path }");
            return Optional.of(new Secret.Literal(scalar.text()));
        }
        if (value instanceof YamlNode.Mapping m
                && m.entries().size() == 1
                && m.entries().getFirst().value() instanceof YamlNode.Scalar text
                && !text.isNull()) {
            switch (m.entries().getFirst().key()) {
                case "file" -> {
                    return paths.readable(text.text(), text.place())
                            .map(f -> new Secret.OfFile(f.absolute()));
                }
                case "env" -> {
                    if (!VARIABLE.matcher(text.text()).matches()) {
                        problems.error(
                                text.place(),
                                "no environment variable can have this name: "
                                        + ValueType.shortened(text.text()));
                        return Optional.empty();
                    }
                    return Optional.of(new Secret.OfEnvironment(text.text()));
                }
                default -> {
                    // told below
                }
            }
        }
        problems.error(value.place(), key.path() + " must be { file: path } or { env: NAME }");
        return Optional.empty();
    }
}
