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

    static String user() {
        String user = System.getProperty("user.name", "unknown");
        String behind = System.getenv("SUDO_USER");
        return behind == null || behind.equals(user) ? user : behind + " as " + user;
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** {@code postern queue list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "List entries of the spool, oldest first.")
    static final class ListEntries implements Callable<Integer> {
        @Mixin private final ConfigOption config = new ConfigOption();
        @Mixin private final JsonOption json = new JsonOption();
        @Mixin private final SelectionOptions selection = new SelectionOptions();

        @Override
        public Integer call() throws IOException {
            return copy(
                    Daemon.of(Configurations.daemonOf(config.file()))
                            .ask("GET", "/api/v1/queue" + json.query("?") + selection.query()));
        }
    }

    /** {@code postern queue retry}. */
    @Command(
            name = "retry",
            mixinStandardHelpOptions = true,
            description = "Make deferred entries due at once. Harmless: it needs no plan.")
    static final class Retry implements Callable<Integer> {
        @Mixin private final ConfigOption config = new ConfigOption();
        @Mixin private final JsonOption json = new JsonOption();
        @Mixin private final SelectionOptions selection = new SelectionOptions();

        @Option(names = "--now", description = "at once, which is what retry means anyway")
        boolean now;

        @Override
        public Integer call() throws IOException {
            return copy(
                    Daemon.of(Configurations.daemonOf(config.file()))
                            .ask(
                                    "POST",
                                    "/api/v1/queue/retry"
                                            + json.query("?")
                                            + "&actor="
                                            + encode(user())
                                            + selection.query()));
        }
    }

    /** A change to entries: a plan first, done only with {@code --apply}. */
    abstract static class Change implements Callable<Integer> {
        @Mixin private final ConfigOption config = new ConfigOption();
        @Mixin private final JsonOption json = new JsonOption();
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

        abstract String action();

        @Override
        public Integer call() throws IOException {
            Daemon daemon = Daemon.of(Configurations.daemonOf(config.file()));
            String actor = "&actor=" + encode(user());
            if (apply != null) {
                return copy(
                        daemon.ask(
                                "POST",
                                "/api/v1/plans/"
                                        + encode(apply)
                                        + "/apply"
                                        + json.query("?")
                                        + actor));
            }
            return copy(
                    daemon.ask(
                            "POST",
                            "/api/v1/plans"
                                    + json.query("?")
                                    + actor
                                    + "&action="
                                    + action()
                                    + "&reason="
                                    + encode(because)
                                    + selection.query()));
        }
    }

    /** {@code postern queue hold}. */
    @Command(
            name = "hold",
            mixinStandardHelpOptions = true,
            description = "Keep entries from being tried. Prints a plan; --apply does it.")
    static final class Hold extends Change {
        @Override
        String action() {
            return "hold";
        }
    }

    /** {@code postern queue release}. */
    @Command(
            name = "release",
            mixinStandardHelpOptions = true,
            description = "Let held entries go. Prints a plan; --apply does it.")
    static final class Release extends Change {
        @Override
        String action() {
            return "release";
        }
    }

    /** {@code postern queue drop}. */
    @Command(
            name = "drop",
            mixinStandardHelpOptions = true,
            description = "Move entries to the trash. Prints a plan; --apply does it.")
    static final class Drop extends Change {
        @Override
        String action() {
            return "drop";
        }
    }

    /** {@code postern queue bounce}. */
    @Command(
            name = "bounce",
            mixinStandardHelpOptions = true,
            description =
                    "Give entries up and tell their senders, where those are known to have written"
                            + " them. Prints a plan; --apply does it.")
    static final class Bounce extends Change {
        @Override
        String action() {
            return "bounce";
        }
    }

    /** {@code postern queue summary}. */
    @Command(
            name = "summary",
            mixinStandardHelpOptions = true,
            description = "Count entries by recipient's domain and age.")
    static final class Summary implements Callable<Integer> {
        @Mixin private final ConfigOption config = new ConfigOption();
        @Mixin private final JsonOption json = new JsonOption();
        @Mixin private final SelectionOptions selection = new SelectionOptions();

        @Override
        public Integer call() throws IOException {
            return Daemon.of(Configurations.daemonOf(config.file()))
                    .show("GET", "/api/v1/queue-summary" + json.query("?") + selection.query());
        }
    }

    /** {@code postern queue undo PLAN}. */
    @Command(
            name = "undo",
            mixinStandardHelpOptions = true,
            description = "Take back what a plan did: out of the trash, or on hold no more.")
    static final class Undo implements Callable<Integer> {
        @Mixin private final ConfigOption config = new ConfigOption();
        @Mixin private final JsonOption json = new JsonOption();

        @Parameters(paramLabel = "PLAN", description = "the plan's id")
        private String plan = "";

        @Override
        public Integer call() throws IOException {
            return copy(
                    Daemon.of(Configurations.daemonOf(config.file()))
                            .ask(
                                    "POST",
                                    "/api/v1/plans/"
                                            + encode(plan)
                                            + "/undo"
                                            + json.query("?")
                                            + "&actor="
                                            + encode(user())));
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
                            .ask("GET", "/api/v1/queue/" + encode(id) + form + json.query("?")));
        }
    }
}
