package org.postern.app.cli;

import java.io.IOException;
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
final class QueueCommand implements Runnable {
    @Spec CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli injects the spec before any call
    QueueCommand() {}

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "say which: list, show, summary, retry, hold, release, drop, bounce, undo, export"
                        + " or reinject");
    }

    static String user() {
        String user = System.getProperty("user.name", "unknown");
        String behind = System.getenv("SUDO_USER");
        return behind == null || behind.equals(user) ? user : behind + " as " + user;
    }

    /** What all of them have in common: they ask the daemon and show what it says. */
    abstract static class Asking implements Callable<Integer> {
        @Mixin private final ConfigOption config = new ConfigOption();
        @Mixin private final JsonOption json = new JsonOption();

        /** Asks for {@code path}; {@code more} is parameters, each after its ampersand. */
        final int ask(String method, String path, String more) throws IOException {
            return Daemon.of(Configurations.daemonOf(config.file()))
                    .show(method, "/api/v1/" + path + json.query("?") + more);
        }

        /** The parameter that says who asks, for what changes something. */
        static String actor() {
            return "&actor=" + Daemon.encode(user());
        }
    }

    /** {@code postern queue list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "List entries of the spool, oldest first.")
    static final class ListEntries extends Asking {
        @Mixin private final SelectionOptions selection = new SelectionOptions();

        @Override
        public Integer call() throws IOException {
            return ask("GET", "queue", selection.query());
        }
    }

    /** {@code postern queue retry}. */
    @Command(
            name = "retry",
            mixinStandardHelpOptions = true,
            description = "Make deferred entries due at once. Harmless: it needs no plan.")
    static final class Retry extends Asking {
        @Mixin private final SelectionOptions selection = new SelectionOptions();

        @Option(names = "--now", description = "at once, which is what retry means anyway")
        boolean now;

        @Override
        public Integer call() throws IOException {
            return ask("POST", "queue/retry", actor() + selection.query());
        }
    }

    /**
     * A change to entries, named as the command is: a plan first, done only with {@code --apply}.
     */
    abstract static class Change extends Asking {
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
                return ask("POST", "plans/" + Daemon.encode(apply) + "/apply", actor() + action());
            }
            return ask(
                    "POST",
                    "plans",
                    actor() + action() + "&reason=" + Daemon.encode(because) + selection.query());
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
    static final class Summary extends Asking {
        @Mixin private final SelectionOptions selection = new SelectionOptions();

        @Override
        public Integer call() throws IOException {
            return ask("GET", "queue-summary", selection.query());
        }
    }

    /** {@code postern queue undo PLAN}. */
    @Command(
            name = "undo",
            mixinStandardHelpOptions = true,
            description = "Take back what a plan did: out of the trash, or on hold no more.")
    static final class Undo extends Asking {
        @Parameters(paramLabel = "PLAN", description = "the plan's id")
        private String plan = "";

        @Override
        public Integer call() throws IOException {
            return ask("POST", "plans/" + Daemon.encode(plan) + "/undo", actor());
        }
    }

    /** {@code postern queue show ID}. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Show one entry: where it stands, what happened, its headers.")
    static final class Show extends Asking {
        @Option(names = "--raw", description = "print the message as it will be relayed")
        private boolean raw;

        @Option(names = "--received", description = "print the message as it came")
        private boolean received;

        @Parameters(paramLabel = "ID", description = "queue id, as in the 250 reply")
        private String id = "";

        @Override
        public Integer call() throws IOException {
            String form = raw ? "/raw" : received ? "/received" : "";
            return ask("GET", "queue/" + Daemon.encode(id) + form, "");
        }
    }
}
