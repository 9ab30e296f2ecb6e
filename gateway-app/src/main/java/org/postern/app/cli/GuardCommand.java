package org.postern.app.cli;

import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code postern guard}: shares of verdicts that have left their band. */
@Command(
        name = "guard",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "See which verdicts are unusual, and let a rule decide again.",
        subcommands = {GuardCommand.Show.class, GuardCommand.Confirm.class})
final class GuardCommand extends CommandGroup {
    /** {@code postern guard show}. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Show alarms that are on, with their likeliest cause.")
    static final class Show extends DaemonCommand {
        @Override
        public Integer call() throws IOException {
            return show("GET", "guard", "");
        }
    }

    /** {@code postern guard confirm RULE}. */
    @Command(
            name = "confirm",
            mixinStandardHelpOptions = true,
            description = "Say that a rule is right after all: it decides again.")
    static final class Confirm extends DaemonCommand {
        @Parameters(paramLabel = "RULE", description = "the rule's name")
        private String rule = "";

        @Override
        public Integer call() throws IOException {
            return show(
                    "POST", "guard/confirm", "&rule=" + Daemon.encode(rule) + Actor.parameter());
        }
    }
}
