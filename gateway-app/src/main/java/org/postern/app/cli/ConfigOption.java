package org.postern.app.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --config FILE}, which every command takes. */
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
}
