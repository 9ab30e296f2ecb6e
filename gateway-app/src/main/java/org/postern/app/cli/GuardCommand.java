package org.postern.app.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postern guard}: shares of verdicts that have left their band. */
@Command(
        name = "guard",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "See which verdicts are unusual, and let a rule decide again.",
        subcommands = {GuardCommand.Show.class, GuardCommand.Confirm.class})
final class GuardCommand implements Runnable {
    @Spec CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli injects the spec before any call
    GuardCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say which: show or confirm");
    }

    /** {@code postern guard show}. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Show alarms that are on, with their likeliest cause.")
    static final class Show implements Callable<Integer> {
        @Mixin private final ConfigOption config = new ConfigOption();
        @Mixin private final JsonOption json = new JsonOption();

        @Override
        public Integer call() throws IOException {
            return Daemon.of(Configurations.daemonOf(config.file()))
                    .show("GET", "/api/v1/guard" + json.query("?"));
        }
    }

    /** {@code postern guard confirm RULE}. */
    @Command(
            name = "confirm",
            mixinStandardHelpOptions = true,
            description = "Say that a rule is right after all: it decides again.")
    static final class Confirm implements Callable<Integer> {
        @Mixin private final ConfigOption config = new ConfigOption();
        @Mixin private final JsonOption json = new JsonOption();

        @Parameters(paramLabel = "RULE", description = "the rule's name")
        private String rule = "";

        @Override
        public Integer call() throws IOException {
            return Daemon.of(Configurations.daemonOf(config.file()))
                    .show(
                            "POST",
                            "/api/v1/guard/confirm"
                                    + json.query("?")
                                    + "&rule="
                                    + Daemon.encode(rule)
                                    + "&actor="
                                    + Daemon.encode(System.getProperty("user.name", "unknown")));
        }
    }
}
