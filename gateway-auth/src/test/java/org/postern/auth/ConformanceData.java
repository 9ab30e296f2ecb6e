package org.postern.auth;

import static org.assertj.core.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * Where the published test collections lie: the folder of the property {@code postern.conformance}.
 * Without them the tests that need them are skipped and say so; in CI that is a failure.
 */
public final class ConformanceData {
    private ConformanceData() {}

    /** A file or folder of the collections. */
    public static Path path(String name) {
        String root = System.getProperty("postern.conformance", "");
        Path path = Path.of(root, name);
        if (root.isEmpty() || !Files.exists(path)) {
            String message =
                    "no conformance data at "
                            + path
                            + "; set -Dpostern.conformance=FOLDER to run these cases";
            if ("true".equals(System.getenv("CI"))) {
                fail(message);
            }
            Assumptions.abort(message);
        }
        return path;
    }
}
