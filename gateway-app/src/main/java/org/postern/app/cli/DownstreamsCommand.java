package org.postern.app.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

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
final class DownstreamsCommand implements Runnable {
    @Spec CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli injects the spec before any call
    DownstreamsCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say which: list, pause or resume");
    }

    /** {@code postern downstreams list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "List the downstreams: how busy they are, and what stops them.")
    static final class ListAll implements Callable<Integer> {
        @Mixin private final ConfigOption config = new ConfigOption();
        @Mixin private final JsonOption json = new JsonOption();

        @Override
        public Integer call() throws IOException {
            return Daemon.of(Configurations.daemonOf(config.file()))
                    .show("GET", "/api/v1/downstreams" + json.query("?"));
        }
    }

    /** What pause and resume have in common. */
    abstract static class ToOne implements Callable<Integer> {
        @Mixin private final ConfigOption config = new ConfigOption();
        @Mixin private final JsonOption json = new JsonOption();

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
            return Daemon.of(Configurations.daemonOf(config.file()))
                    .show(
                            "POST",
                            "/api/v1/downstreams/"
                                    + action()
                                    + json.query("?")
                                    + "&name="
                                    + Daemon.encode(name)
                                    + "&actor="
                                    + Daemon.encode(QueueCommand.user())
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
