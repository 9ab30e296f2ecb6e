package org.postern.app.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postern recipients}: asks the running gateway who can receive. */
@Command(
        name = "recipients",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Ask who can receive, and where the recipients come from.",
        subcommands = {
            RecipientsCommand.Show.class,
            RecipientsCommand.Sync.class,
            RecipientsCommand.Status.class
        })
final class RecipientsCommand implements Runnable {
    /** A fetch may take twenty times its time-out, and wait for one that is under way. */
    private static final Duration LONGEST_SYNC = Duration.ofHours(1);

    private static final String PATH = "/api/v1/recipients";

    @Spec CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli injects the spec before any call
    RecipientsCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say which: show, sync or status");
    }

    /** An answer whose no is an answer too: printed, with exit code 1. */
    private static int print(Daemon daemon, String method, String pathAndQuery) throws IOException {
        Daemon.Answer answer = daemon.ask(method, pathAndQuery);
        String text = answer.text();
        if (answer.status() == 400 || answer.status() >= 500) {
            throw new CommandFailure(ExitCode.FAILED, text.strip());
        }
        Console.out().print(text);
        return answer.status() == 200 ? ExitCode.OK : ExitCode.FAILED;
    }

    /** {@code postern recipients show}. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Say what becomes of mail for an address, and which source says so.",
            footer = "Exit code 1 unless the address is known.")
    static final class Show implements Callable<Integer> {
        @Mixin private final ConfigOption config = new ConfigOption();
        @Mixin private final JsonOption json = new JsonOption();

        @Parameters(paramLabel = "ADDRESS", description = "alice@example.net")
        private String address = "";

        @Override
        public Integer call() throws IOException {
            return print(
                    Daemon.of(Configurations.daemonOf(config.file())),
                    "GET",
                    PATH + "/lookup" + json.query("?") + "&address=" + Daemon.encode(address));
        }
    }

    /** {@code postern recipients status}. */
    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "Show each source: how many recipients, how old, what is wrong.")
    static final class Status implements Callable<Integer> {
        @Mixin private final ConfigOption config = new ConfigOption();
        @Mixin private final JsonOption json = new JsonOption();

        @Override
        public Integer call() throws IOException {
            return print(
                    Daemon.of(Configurations.daemonOf(config.file())),
                    "GET",
                    PATH + json.query("?"));
        }
    }

    /** {@code postern recipients sync}. */
    @Command(
            name = "sync",
            mixinStandardHelpOptions = true,
            description = "Fetch the recipients now.",
            footer = "Exit code 1 unless every list was taken.")
    static final class Sync implements Callable<Integer> {
        @Mixin private final ConfigOption config = new ConfigOption();
        @Mixin private final JsonOption json = new JsonOption();

        @Parameters(
                arity = "0..1",
                paramLabel = "SOURCE",
                description = "one source alone, by its name in status")
        private @Nullable String source;

        @Option(
                names = "--confirm",
                description =
                        "let this source's list take away as many recipients as it was"
                                + " refused for")
        private boolean confirm;

        @Override
        public Integer call() throws IOException {
            return print(
                    Daemon.of(Configurations.daemonOf(config.file())).waiting(LONGEST_SYNC),
                    "POST",
                    PATH
                            + "/sync"
                            + json.query("?")
                            + (source == null ? "" : "&source=" + Daemon.encode(source))
                            + "&confirm="
                            + confirm);
        }
    }
}
