package org.postern.app.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * A command that does nothing by itself, such as {@code postern queue}: one of its own is meant.
 */
abstract class CommandGroup implements Runnable {
    @Spec private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli injects the spec before any call
    CommandGroup() {}

    @Override
    public final void run() {
        // an alias stands for the same command under a second key
        List<String> names =
                spec.subcommands().values().stream()
                        .map(CommandLine::getCommandName)
                        .distinct()
                        .toList();
        throw new ParameterException(
                spec.commandLine(),
                "say which: "
                        + String.join(", ", names.subList(0, names.size() - 1))
                        + " or "
                        + names.getLast());
    }
}
