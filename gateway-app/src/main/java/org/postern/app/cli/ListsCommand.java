package org.postern.app.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.postern.app.admin.ListRoutes;
import org.postern.core.lists.ListEntry;
import org.postern.core.lists.ListMatch;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.snapshot.Snapshot;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code postern lists}: {@code test} asks the lists as they stand on disk, the others ask the
 * daemon.
 */
@Command(
        name = "lists",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Ask the allow and deny lists, and add entries or take them back.",
        subcommands = {
            ListsCommand.Show.class,
            ListsCommand.Add.class,
            ListsCommand.Remove.class,
            ListsCommand.Test.class
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
            return show(
                    "POST",
                    "lists/" + action(),
                    "&list="
                            + Daemon.encode(list)
                            + "&entry="
                            + Daemon.encode(entry)
                            + "&owner="
                            + Daemon.encode(owner)
                            + (kind.isEmpty() ? "" : "&kind=" + Daemon.encode(kind))
                            + more());
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

        @Override
        String action() {
            return "add";
        }

        @Override
        String more() {
            return (comment.isEmpty() ? "" : "&comment=" + Daemon.encode(comment))
                    + (expires.isEmpty() ? "" : "&expires=" + Daemon.encode(expires));
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

    /** {@code postern lists test}. */
    @Command(
            name = "test",
            mixinStandardHelpOptions = true,
            description = "Say which entry an address, IP address or domain hits, and where.",
            footer = "Exit code 1 when nothing hits.")
    static final class Test implements Callable<Integer> {
        @Mixin private final ConfigOption config = new ConfigOption();
        @Mixin private final JsonOption json = new JsonOption();

        @Parameters(
                paramLabel = "ADDRESS/IP/DOMAIN",
                description = "a@example.org, 192.0.2.7 or example.org")
        private String text = "";

        @Override
        public Integer call() {
            Snapshot snapshot = config.snapshot();
            List<ListMatch> hits;
            try {
                hits = snapshot.lists().test(text);
            } catch (InvalidAddressException e) {
                throw new CommandFailure(ExitCode.USAGE, text + ": " + e.getMessage());
            }
            for (ListMatch hit : hits) {
                switch (hit) {
                    case ListMatch.Allow allow -> print("allow", allow.entry());
                    case ListMatch.Deny deny -> print("deny", deny.entry());
                    case ListMatch.Named named -> print(named.list(), named.entry());
                    case ListMatch.None none -> {}
                }
            }
            boolean passing = passing();
            if (hits.isEmpty() && !passing && !json.wanted) {
                Console.out().println("no list has it");
            }
            return hits.isEmpty() && !passing ? ExitCode.FAILED : ExitCode.OK;
        }

        /** Who is kept out or on hold for a while only the running gateway knows. */
        private boolean passing() {
            try {
                String said =
                        config.daemon()
                                .ask(
                                        "GET",
                                        "/api/v1/lists?about="
                                                + Daemon.encode(text)
                                                + json.query("&"))
                                .text();
                Console.out().print(said);
                return !said.isEmpty();
            } catch (CommandFailure | IOException e) {
                Console.err().println("bans and holds are not known: the gateway cannot be asked");
                return false;
            }
        }

        private void print(String list, ListEntry entry) {
            if (json.wanted) {
                Console.out().println(ListRoutes.json(list, entry));
                return;
            }
            StringBuilder line = new StringBuilder();
            line.append(entry.where()).append(": ").append(list).append(' ');
            line.append(entry.kind().key()).append(' ').append(entry.value());
            if (entry.comment() != null) {
                line.append(", ").append(entry.comment());
            }
            if (entry.owner() != null) {
                line.append(", by ").append(entry.owner());
            }
            if (entry.expires() != null) {
                line.append(", until ").append(entry.expires());
            }
            Console.out().println(line);
        }
    }
}
