package org.postern.app.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postern queue}: what waits in the spool. */
@Command(
        name = "queue",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "See what waits in the spool.",
        subcommands = {QueueCommand.ListEntries.class, QueueCommand.Show.class})
final class QueueCommand implements Runnable {
    @Spec CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli injects the spec before any call
    QueueCommand() {}

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "say which: postern queue list, or postern queue show ID");
    }

    /** Copies the daemon's answer to standard output as it comes. */
    private static int copy(Daemon.Answer answer) throws IOException {
        if (answer.status() >= 400) {
            throw new CommandFailure(ExitCode.FAILED, answer.text().strip());
        }
        try (InputStream in = answer.body()) {
            in.transferTo(Console.bytes());
        }
        return ExitCode.OK;
    }

    /** {@code postern queue list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "List the entries of the spool, oldest first.")
    static final class ListEntries implements Callable<Integer> {
        @Mixin private final ConfigOption config = new ConfigOption();
        @Mixin private final JsonOption json = new JsonOption();

        @Option(
                names = "--state",
                paramLabel = "STATE",
                description = "only entries that are queued, deferred, held or trash")
        private @Nullable String state;

        @Override
        public Integer call() throws IOException {
            String filter =
                    state == null
                            ? ""
                            : "&state=" + URLEncoder.encode(state, StandardCharsets.UTF_8);
            return copy(
                    Daemon.of(Configurations.daemonOf(config.file()))
                            .ask("GET", "/api/v1/queue" + json.query("?") + filter));
        }
    }

    /** {@code postern queue show ID}. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Show one entry: where it stands, what happened, its headers.")
    static final class Show implements Callable<Integer> {
        @Mixin private final ConfigOption config = new ConfigOption();
        @Mixin private final JsonOption json = new JsonOption();

        @Option(names = "--raw", description = "print the message as it will be relayed")
        private boolean raw;

        @Option(names = "--received", description = "print the message as it came")
        private boolean received;

        @Parameters(paramLabel = "ID", description = "queue id, as in the 250 reply")
        private String id = "";

        @Override
        public Integer call() throws IOException {
            String form = raw ? "/raw" : received ? "/received" : "";
            return copy(
                    Daemon.of(Configurations.daemonOf(config.file()))
                            .ask(
                                    "GET",
                                    "/api/v1/queue/"
                                            + URLEncoder.encode(id, StandardCharsets.UTF_8)
                                            + form
                                            + json.query("?")));
        }
    }
}
