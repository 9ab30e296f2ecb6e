package org.postern.app.cli;

import java.nio.file.Path;
import org.postern.core.config.ConfigLoader;
import org.postern.core.config.LoadResult;
import org.postern.core.config.PosternConfig;

/** How commands read the configuration that the daemon runs with. */
final class Configurations {
    private Configurations() {}

    /**
     * The configuration file alone, without the lists it names: enough to find the daemon.
     *
     * @throws CommandFailure if it has errors, each with its place
     */
    static PosternConfig daemonOf(Path file) {
        return switch (ConfigLoader.load(file)) {
            case LoadResult.Loaded loaded -> loaded.config();
            case LoadResult.Refused refused ->
                    throw new CommandFailure(ExitCode.FAILED, refused.problems().toString());
        };
    }
}
