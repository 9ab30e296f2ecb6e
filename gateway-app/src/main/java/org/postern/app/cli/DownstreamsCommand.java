package org.postern.app.cli;

import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern downstreams}: how they are, and a pause for those that need one. */
@Command(
        name = "downstreams",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "See how the downstreams are; pause and resume them.",
        subcommands = {
            DownstreamsCommand.ListAll.class,
            DownstreamsCommand.Pause.class,
            DownstreamsCommand.Resume.class
        })
final class DownstreamsCommand extends CommandGroup {
    /** {@code postern downstreams list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "List the downstreams: how busy they are, and what stops them.")
    static final class ListAll extends DaemonCommand {
        @Override
        public Integer call() throws IOException {
            return show("GET", "downstreams", "");
        }
    }

    /** What pause and resume have in common. */
    abstract static class ToOne extends DaemonCommand {
        @Option(
                names = {"--why", "--because", "--reason-text"},
                paramLabel = "TEXT",
                description = "why, shown in status")
        private String why = "";

        @Parameters(paramLabel = "NAME", description = "the downstream's name")
        private String name = "";

        abstract String action();

        /** More of the query. */
        String more() {
            return "";
        }

        @Override
        public Integer call() throws IOException {
            return show(
                    "POST",
                    "downstreams/" + action(),
                    "&name="
                            + Daemon.encode(name)
                            + Actor.parameter()
                            + "&reason="
                            + Daemon.encode(why)
                            + more());
        }
    }

    /** {@code postern downstreams pause NAME}. */
    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            description = "Try nothing towards it for a while; over a restart too.")
    static final class Pause extends ToOne {
        @Option(
                names = "--for",
                paramLabel = "TIME",
                defaultValue = "1h",
                description = "how long, such as 30m, 2h or 1d; 1h unless told otherwise")
        private String length = "1h";

        @Override
        String action() {
            return "pause";
        }

        @Override
        String more() {
            return "&for=" + Daemon.encode(length);
        }
    }

    /** {@code postern downstreams resume NAME}. */
    @Command(
            name = "resume",
            mixinStandardHelpOptions = true,
            description = "End a pause, and try at once.")
    static final class Resume extends ToOne {
        @Override
        String action() {
            return "resume";
        }
    }
}
