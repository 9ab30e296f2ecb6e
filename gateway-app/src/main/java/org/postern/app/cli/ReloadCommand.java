package org.postern.app.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code postern reload}: swaps in the configuration and lists as they now stand on disk. */
@Command(
        name = "reload",
        mixinStandardHelpOptions = true,
        description =
                "Swap in the configuration and lists as they stand on disk, or say why the old ones"
                        + " stay.")
final class ReloadCommand extends DaemonCommand {
    @Option(
            names = "--confirm",
            description =
                    "let recipient files take away as many recipients as the last reload was"
                            + " refused for")
    private boolean confirm;

    @ArgGroup(exclusive = true)
    private @Nullable Candidate candidate;

    /** What is done about a candidate in place of a reload. */
    static final class Candidate {
        @Option(
                names = "--observe",
                paramLabel = "FILE",
                description =
                        "put this configuration beside the one in force: its rules, lists and"
                                + " recipients are asked about all mail and decide nothing")
        private @Nullable Path observe;

        @Option(
                names = "--observed",
                description = "print where the candidate would have decided otherwise")
        private boolean observed;

        @Option(names = "--observe-end", description = "observe the candidate no more")
        private boolean end;
    }

    @Override
    public Integer call() throws IOException {
        if (confirm && candidate != null) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--confirm is for a reload; a candidate takes nothing away");
        }
        Daemon daemon = config.daemon();
        return print(candidate == null ? reload(daemon) : candidate(daemon, candidate));
    }

    private Daemon.Answer reload(Daemon daemon) throws IOException {
        return daemon.ask("POST", query("reload", confirm ? "&confirm=true" : ""));
    }

    private Daemon.Answer candidate(Daemon daemon, Candidate what) throws IOException {
        if (what.observe != null) {
            String file = what.observe.toAbsolutePath().normalize().toString();
            return daemon.ask("POST", query("candidate", "&file=" + Daemon.encode(file)));
        }
        if (what.end) {
            return daemon.ask("POST", query("candidate/end", ""));
        }
        if (!what.observed) {
            throw new CommandFailure(ExitCode.USAGE, "say --observe FILE or --observed");
        }
        return daemon.ask("GET", query("candidate", ""));
    }
}
