package org.postern.app.cli;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern lists}; all of it asks the daemon. */
@Command(
        name = "lists",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Ask the allow and deny lists, and add entries or take them back.",
        subcommands = {
            ListsCommand.Show.class,
            ListsCommand.Add.class,
            ListsCommand.Remove.class,
            ListsTestCommand.class
        })
final class ListsCommand extends CommandGroup {
    /** {@code postern lists show}. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description =
                    "Show the entries that were added by command or by a spam trap, who is kept"
                            + " out for a while, whose mail is on hold, and how much stands in the"
                            + " files in force.")
    static final class Show extends DaemonCommand {
        @Parameters(
                arity = "0..1",
                paramLabel = "allow|deny|ban|hold|NAME",
                description = "one list alone; NAME is one of lists.named")
        private @Nullable String list;

        @Override
        public Integer call() throws IOException {
            String only = list == null ? "" : "&list=" + Daemon.encode(list);
            return show("GET", "lists", only);
        }
    }

    /** What {@code add} and {@code remove} have in common. */
    abstract static class Change extends DaemonCommand {
        @Parameters(
                index = "0",
                paramLabel = "allow|deny|ban|hold",
                description = "which list; a ban and a hold can only be removed")
        private String list = "";

        @Parameters(
                index = "1",
                paramLabel = "ENTRY",
                description = "192.0.2.0/24, a@example.org, @example.org, .example.org")
        private String entry = "";

        @Option(
                names = "--kind",
                paramLabel = "KIND",
                description =
                        "what it is about: client, helo, reverse-name, sender, sender-domain,"
                            + " author-domain, authenticated-domain, recipient; without it client"
                            + " for a network, sender for an address, sender-domain for a domain")
        private String kind = "";

        @Option(
                names = "--owner",
                paramLabel = "NAME",
                description = "who answers for it; without it the user that runs this")
        private String owner = Actor.name();

        abstract String action();

        String more() {
            return "";
        }

        @Override
        public Integer call() throws IOException {
            Daemon.Answer answer =
                    config.daemon()
                            .ask(
                                    "POST",
                                    query(
                                            "lists/" + action(),
                                            "&list="
                                                    + Daemon.encode(list)
                                                    + "&entry="
                                                    + Daemon.encode(entry)
                                                    + "&owner="
                                                    + Daemon.encode(owner)
                                                    + (kind.isEmpty()
                                                            ? ""
                                                            : "&kind=" + Daemon.encode(kind))
                                                    + more()));
            if (answer.status() >= 400) {
                int code = answer.status() == 400 ? ExitCode.USAGE : ExitCode.FAILED;
                throw new CommandFailure(code, answer.text().strip());
            }
            return print(answer);
        }
    }

    /** {@code postern lists add}. */
    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description =
                    "Add an entry, or give one that is there another comment and end. It is"
                            + " in force at once, survives restarts and can be taken back.")
    static final class Add extends Change {
        @Option(names = "--comment", paramLabel = "TEXT", description = "why")
        private String comment = "";

        @Option(
                names = "--expires",
                paramLabel = "WHEN",
                description = "12h, 7d, 2026-12-31 or 2026-12-31T12:00:00Z; without it for good")
        private String expires = "";

        @Option(
                names = "--force",
                description =
                        "add it even if it hits a large part of the internet, or everybody of a"
                                + " domain of ours")
        private boolean force;

        @Override
        String action() {
            return "add";
        }

        @Override
        String more() {
            return (comment.isEmpty() ? "" : "&comment=" + Daemon.encode(comment))
                    + (expires.isEmpty() ? "" : "&expires=" + Daemon.encode(expires))
                    + (force ? "&force=true" : "");
        }
    }

    /** {@code postern lists remove}. */
    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Take back an entry that was added. Entries of list files stay.")
    static final class Remove extends Change {
        @Override
        String action() {
            return "remove";
        }
    }
}
