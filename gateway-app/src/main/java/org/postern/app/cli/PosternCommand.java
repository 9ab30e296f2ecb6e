package org.postern.app.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code postern}: finds the command, runs it, turns what went wrong into one line and a code. */
@Command(
        name = "postern",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "A self-hosted inbound mail gateway.",
        footer = {
            "",
            "Exit codes: 0 done, 1 the answer is no or something failed, 2 wrong usage,",
            "3 the daemon cannot be reached."
        },
        subcommands = {
            RunCommand.class,
            CheckCommand.class,
            StatusCommand.class,
            AuthCommand.class,
            DoctorCommand.class,
            SendTestCommand.class,
            QueueCommand.class,
            DownstreamsCommand.class,
            TraceCommand.class,
            ImpactCommand.class,
            ReplayCommand.class,
            GuardCommand.class,
            ListsCommand.class,
            RecipientsCommand.class,
            ReloadCommand.class,
            CommandLine.HelpCommand.class,
        })
public final class PosternCommand implements Runnable {
    @Spec CommandSpec spec;

    /** Made by {@link #execute}. */
    @SuppressWarnings("NullAway.Init") // picocli injects the spec before any call
    PosternCommand() {}

    /** Runs the command that the arguments name and gives its exit code. */
    public static int execute(String... args) {
        CommandLine line = new CommandLine(new PosternCommand());
        line.setOut(Console.writer(Console.out()));
        line.setErr(Console.writer(Console.err()));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            Console.flush();
            if (e instanceof CommandFailure failure) {
                Console.err().println(failure.getMessage());
                return failure.exitCode();
            }
            if (e instanceof java.io.IOException) {
                Console.err().println("postern: " + e.getMessage());
                return ExitCode.FAILED;
            }
            Console.err().println("postern: internal error, please report it:");
            e.printStackTrace(Console.err());
            return ExitCode.FAILED;
        });
        int code = line.execute(args);
        return Console.flush() || code != ExitCode.OK ? code : ExitCode.FAILED;
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "say which command; postern --help lists them");
    }
}
