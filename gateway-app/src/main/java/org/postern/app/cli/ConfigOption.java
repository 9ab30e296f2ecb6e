package org.postern.app.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.ConfigLoader;
import org.postern.core.config.LoadResult;
import org.postern.core.config.PosternConfig;
import org.postern.core.config.Whereabouts;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.snapshot.Snapshots;
import org.postern.core.time.TimeSource;
import picocli.CommandLine.Option;

/** {@code --config FILE}, which every command takes, and what stands in that file. */
public final class ConfigOption {
    private static final Path SYSTEM_WIDE = Path.of("/etc/postern/postern.yaml");

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "configuration file (default: config/postern.yaml beside the launcher, or"
                            + " /etc/postern/postern.yaml)")
    @Nullable Path given;

    /**
     * The file to read: the one given, or the first default that exists.
     *
     * @throws CommandFailure if none exists
     */
    Path file() {
        if (given != null) {
            return given.toAbsolutePath().normalize();
        }
        Path beside = Path.of(System.getProperty("postern.home", "."), "config", "postern.yaml");
        for (Path candidate : List.of(beside, SYSTEM_WIDE)) {
            if (Files.exists(candidate)) {
                return candidate.toAbsolutePath().normalize();
            }
        }
        throw new CommandFailure(
                ExitCode.FAILED,
                "no configuration: neither "
                        + beside
                        + " nor "
                        + SYSTEM_WIDE
                        + " exists; name one with --config FILE");
    }

    /**
     * The configuration file alone, without the lists it names: for what needs more than to find
     * the daemon.
     *
     * @throws CommandFailure if it has errors, each with its place
     */
    PosternConfig settings() {
        return switch (ConfigLoader.load(file())) {
            case LoadResult.Loaded loaded -> loaded.config();
            case LoadResult.Refused refused ->
                    throw new CommandFailure(ExitCode.FAILED, refused.problems().toString());
        };
    }

    /**
     * Where the gateway is found that runs with this configuration. Whatever else is wrong with the
     * file is said on standard error: the gateway goes on with what was in force before.
     *
     * @throws CommandFailure with exit code 3 if the file does not even tell that
     */
    Whereabouts whereabouts() {
        return switch (ConfigLoader.load(file())) {
            case LoadResult.Loaded loaded -> Whereabouts.of(loaded.config());
            case LoadResult.Refused refused -> {
                Console.err().println(refused.problems());
                yield Whereabouts.in(file())
                        .orElseThrow(() ->
                                new CommandFailure(
                                        ExitCode.UNREACHABLE,
                                        "where the running gateway keeps its data cannot be told"
                                                + " from this; mend it, or name an older state of"
                                                + " the file with --config"));
            }
        };
    }

    /**
     * The daemon that runs with this configuration.
     *
     * @throws CommandFailure with exit code 3 if no daemon left a token to show
     */
    Daemon daemon() {
        return Daemon.of(whereabouts());
    }

    /**
     * The configuration with all lists and recipients, as a daemon started now would have it.
     *
     * @throws CommandFailure if any has errors, each with its place
     */
    Snapshot snapshot() {
        return switch (Snapshots.read(file(), TimeSource.system())) {
            case SnapshotResult.Loaded loaded -> loaded.snapshot();
            case SnapshotResult.Refused refused ->
                    throw new CommandFailure(ExitCode.FAILED, refused.problems().toString());
        };
    }
}
