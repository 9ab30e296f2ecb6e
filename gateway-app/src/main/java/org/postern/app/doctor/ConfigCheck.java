package org.postern.app.doctor;

import java.util.ArrayList;
import java.util.List;
import org.postern.core.problem.Problem;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.snapshot.Snapshots;

/** What {@code postern check} says of the configuration and its lists. */
final class ConfigCheck implements Check {
    private static final int SHOWN = 10;

    @Override
    public String name() {
        return "config";
    }

    @Override
    public List<Finding> examine(Scene scene) {
        List<Problem> problems =
                switch (Snapshots.check(scene.config().file(), scene.time())) {
                    case SnapshotResult.Loaded loaded -> loaded.warnings();
                    case SnapshotResult.Refused refused -> refused.problems().all();
                };
        List<Finding> findings = new ArrayList<>();
        for (Problem problem : problems.stream().limit(SHOWN).toList()) {
            findings.add(
                    new Finding(
                            name(),
                            problem.isError() ? Level.FAILURE : Level.WARNING,
                            problem.toString(),
                            problem.isError()
                                    ? "a start or reload with this configuration is refused"
                                    : "the configuration can be used, with this in mind",
                            scene.postern("check")));
        }
        if (findings.isEmpty()) {
            findings.add(
                    Finding.ok(
                            name(),
                            "configuration and lists read without a problem: "
                                    + scene.config().file()));
        }
        return findings;
    }
}
