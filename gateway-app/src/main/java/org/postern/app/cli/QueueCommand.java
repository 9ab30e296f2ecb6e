package org.postern.app.cli;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postern queue}: what waits in the spool. */
@Command(
        name = "queue",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "See what waits in the spool, and change it with care.",
        subcommands = {
            QueueCommand.ListEntries.class,
            QueueCommand.Show.class,
            QueueCommand.Summary.class,
            QueueCommand.Retry.class,
            QueueCommand.Hold.class,
            QueueCommand.Release.class,
            QueueCommand.Drop.class,
            QueueCommand.Bounce.class,
            QueueFiles.Export.class,
            QueueFiles.Reinject.class,
            QueueCommand.Undo.class
        })
final class QueueCommand extends CommandGroup {
    /** {@code postern queue list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "List entries of the spool, oldest first.")
    static final class ListEntries extends DaemonCommand {
        @Mixin private final SelectionOptions selection = new SelectionOptions();

        @Override
        public Integer call() throws IOException {
            return show("GET", "queue", selection.query());
        }
    }

    /** {@code postern queue retry}. */
    @Command(
            name = "retry",
            mixinStandardHelpOptions = true,
            description = "Make deferred entries due at once. Harmless: it needs no plan.")
    static final class Retry extends DaemonCommand {
        @Mixin private final SelectionOptions selection = new SelectionOptions();

        @Option(names = "--now", description = "at once, which is what retry means anyway")
        boolean now;

        @Override
        public Integer call() throws IOException {
            return show("POST", "queue/retry", Actor.parameter() + selection.query());
        }
    }

    /**
     * A change to entries, named as the command is: a plan first, done only with {@code --apply}.
     */
    abstract static class Change extends DaemonCommand {
        @Spec private CommandSpec spec;
        @Mixin private final SelectionOptions selection = new SelectionOptions();

        @Option(
                names = "--apply",
                paramLabel = "PLAN",
                description = "do what this plan says, to just those entries")
        private @Nullable String apply;

        @Option(
                names = {"--why", "--because", "--reason-text"},
                paramLabel = "TEXT",
                description = "why, for the record")
        private String because = "";

        @SuppressWarnings("NullAway.Init") // picocli injects the spec before any call
        Change() {}

        private String action() {
            return "&action=" + spec.name();
        }

        @Override
        public Integer call() throws IOException {
            if (apply != null) {
                return show(
                        "POST",
                        "plans/" + Daemon.encode(apply) + "/apply",
                        Actor.parameter() + action());
            }
            return show(
                    "POST",
                    "plans",
                    Actor.parameter()
                            + action()
                            + "&reason="
                            + Daemon.encode(because)
                            + selection.query());
        }
    }

    /** {@code postern queue hold}. */
    @Command(
            name = "hold",
            mixinStandardHelpOptions = true,
            description = "Keep entries from being tried. Prints a plan; --apply does it.")
    static final class Hold extends Change {}

    /** {@code postern queue release}. */
    @Command(
            name = "release",
            mixinStandardHelpOptions = true,
            description = "Let held entries go. Prints a plan; --apply does it.")
    static final class Release extends Change {}

    /** {@code postern queue drop}. */
    @Command(
            name = "drop",
            mixinStandardHelpOptions = true,
            description = "Move entries to the trash. Prints a plan; --apply does it.")
    static final class Drop extends Change {}

    /** {@code postern queue bounce}. */
    @Command(
            name = "bounce",
            mixinStandardHelpOptions = true,
            description =
                    "Give entries up and tell their senders, where those are known to have written"
                            + " them. Prints a plan; --apply does it.")
    static final class Bounce extends Change {}

    /** {@code postern queue summary}. */
    @Command(
            name = "summary",
            mixinStandardHelpOptions = true,
            description = "Count entries by recipient's domain and age.")
    static final class Summary extends DaemonCommand {
        @Mixin private final SelectionOptions selection = new SelectionOptions();

        @Override
        public Integer call() throws IOException {
            return show("GET", "queue-summary", selection.query());
        }
    }

    /** {@code postern queue undo PLAN}. */
    @Command(
            name = "undo",
            mixinStandardHelpOptions = true,
            description = "Take back what a plan did: out of the trash, or on hold no more.")
    static final class Undo extends DaemonCommand {
        @Parameters(paramLabel = "PLAN", description = "the plan's id")
        private String plan = "";

        @Override
        public Integer call() throws IOException {
            return show("POST", "plans/" + Daemon.encode(plan) + "/undo", Actor.parameter());
        }
    }

    /** {@code postern queue show ID}. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Show one entry: where it stands, what happened, its headers.")
    static final class Show extends DaemonCommand {
        @Option(names = "--raw", description = "print the message as it will be relayed")
        private boolean raw;

        @Option(names = "--received", description = "print the message as it came")
        private boolean received;

        @Parameters(paramLabel = "ID", description = "queue id, as in the 250 reply")
        private String id = "";

        @Override
        public Integer call() throws IOException {
            if (raw && received) {
                throw new CommandFailure(ExitCode.USAGE, "--raw or --received, not both");
            }
            String form = raw ? "/raw" : received ? "/received" : "";
            return show("GET", "queue/" + Daemon.encode(id) + form, "");
        }
    }
}
