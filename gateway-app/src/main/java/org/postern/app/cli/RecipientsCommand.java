package org.postern.app.cli;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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
final class RecipientsCommand extends CommandGroup {
    /** A fetch may take twenty times its time-out, and wait for one that is under way. */
    private static final Duration LONGEST_SYNC = Duration.ofHours(1);

    /** {@code postern recipients show}. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Say what becomes of mail for an address, and which source says so.",
            footer = "Exit code 1 unless the address is known.")
    static final class Show extends DaemonCommand {
        @Parameters(paramLabel = "ADDRESS", description = "alice@example.net")
        private String address = "";

        @Override
        public Integer call() throws IOException {
            try {
                EmailAddress.parse(address);
            } catch (InvalidAddressException e) {
                throw new CommandFailure(ExitCode.USAGE, address + ": " + e.getMessage());
            }
            String which = "&address=" + Daemon.encode(address);
            return print(config.daemon().ask("GET", query("recipients/lookup", which)));
        }
    }

    /** {@code postern recipients status}. */
    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "Show each source: how many recipients, how old, what is wrong.")
    static final class Status extends DaemonCommand {
        @Override
        public Integer call() throws IOException {
            return print(config.daemon().ask("GET", query("recipients", "")));
        }
    }

    /** {@code postern recipients sync}. */
    @Command(
            name = "sync",
            mixinStandardHelpOptions = true,
            description = "Fetch the recipients now.",
            footer = "Exit code 1 unless every list was taken.")
    static final class Sync extends DaemonCommand {
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
            if (confirm && source == null) {
                throw new CommandFailure(
                        ExitCode.USAGE, "say which source is confirmed: --confirm SOURCE");
            }
            String which = source == null ? "" : "&source=" + Daemon.encode(source);
            return print(
                    config.daemon()
                            .waiting(LONGEST_SYNC)
                            .ask("POST", query("recipients/sync", which + "&confirm=" + confirm)));
        }
    }
}
