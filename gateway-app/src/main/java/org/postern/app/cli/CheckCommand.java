package org.postern.app.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.postern.app.text.Json;
import org.postern.app.wiring.Surroundings;
import org.postern.core.problem.Problem;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.snapshot.Snapshots;
import org.postern.core.time.TimeSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ObjectNode;

/** {@code postern check}: every problem of the configuration and its files at once. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "Read the whole configuration and its lists, and tell every problem at once.")
final class CheckCommand implements Callable<Integer> {
    @Mixin private final ConfigOption config = new ConfigOption();
    @Mixin private final JsonOption json = new JsonOption();

    @Override
    public Integer call() {
        Path file = config.file();
        List<Problem> problems = new ArrayList<>();
        String summary = "";
        switch (Snapshots.check(file, TimeSource.system())) {
            case SnapshotResult.Refused refused -> {
                problems.addAll(refused.problems().all());
                if (refused.problems().omitted() > 0) {
                    summary = "and " + refused.problems().omitted() + " more";
                }
            }
            case SnapshotResult.Loaded loaded -> {
                problems.addAll(loaded.warnings());
                problems.addAll(Surroundings.check(loaded.snapshot().config()));
            }
        }
        for (Problem problem : problems) {
            Console.out().println(json.wanted ? json(problem) : problem.toString());
        }
        long errors = problems.stream().filter(Problem::isError).count();
        if (!json.wanted) {
            if (!summary.isEmpty()) {
                Console.out().println(summary);
            }
            Console.out().println(file + ": " + count(errors, problems.size() - errors));
        }
        return errors == 0 ? ExitCode.OK : ExitCode.FAILED;
    }

    private static String count(long errors, long warnings) {
        if (errors == 0 && warnings == 0) {
            return "no problem found";
        }
        return plural(errors, "error") + ", " + plural(warnings, "warning");
    }

    private static String plural(long n, String noun) {
        return n + " " + noun + (n == 1 ? "" : "s");
    }

    private static String json(Problem problem) {
        ObjectNode out = Json.MAPPER.createObjectNode();
        out.put("file", problem.place().file().toString());
        out.put("line", problem.place().line());
        out.put("column", problem.place().column());
        out.put("severity", problem.isError() ? "error" : "warning");
        out.put("message", problem.message());
        return Json.MAPPER.writeValueAsString(out);
    }
}
