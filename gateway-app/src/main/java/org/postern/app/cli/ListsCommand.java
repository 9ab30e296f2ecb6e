package org.postern.app.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.postern.app.admin.Exchange;
import org.postern.core.lists.ListEntry;
import org.postern.core.lists.ListMatch;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.snapshot.Snapshots;
import org.postern.core.time.TimeSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ObjectNode;

/** {@code postern lists}: asks the allow and deny lists as they stand on disk. */
@Command(
        name = "lists",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Ask the allow and deny lists.",
        subcommands = ListsCommand.Test.class)
final class ListsCommand implements Runnable {
    @Spec CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli injects the spec before any call
    ListsCommand() {}

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "say which: postern lists test ADDRESS/IP/DOMAIN");
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
            Snapshot snapshot =
                    switch (Snapshots.read(config.file(), TimeSource.system())) {
                        case SnapshotResult.Loaded loaded -> loaded.snapshot();
                        case SnapshotResult.Refused refused ->
                                throw new CommandFailure(
                                        ExitCode.FAILED, refused.problems().toString());
                    };
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
                    case ListMatch.None none -> {}
                }
            }
            if (hits.isEmpty() && !json.wanted) {
                Console.out().println("no list has it");
            }
            return hits.isEmpty() ? ExitCode.FAILED : ExitCode.OK;
        }

        private void print(String list, ListEntry entry) {
            if (json.wanted) {
                ObjectNode out = Exchange.JSON.createObjectNode();
                out.put("list", list);
                out.put("kind", entry.kind().key());
                out.put("entry", entry.value());
                out.put("file", entry.file().toString());
                out.put("line", entry.line());
                out.put("comment", entry.comment());
                out.put("owner", entry.owner());
                out.put("expires", entry.expires() == null ? null : entry.expires().toString());
                Console.out().println(Exchange.JSON.writeValueAsString(out));
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
