package org.postern.app.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.postern.app.journal.Impact;
import org.postern.app.journal.JournalReader;
import org.postern.app.journal.JournalSelection;
import org.postern.app.journal.SelectionException;
import org.postern.app.text.Json;
import org.postern.core.config.Whereabouts;
import org.postern.core.time.TimeSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code postern impact}: how many, and who; and a word to each of them. */
@Command(
        name = "impact",
        mixinStandardHelpOptions = true,
        description = "Count what a rule, a reason or an address did, and to whom.",
        footer = {
            "",
            "--reason takes the name of a rule too, such as dmarc-reject. The journal is",
            "read from its files, so counting works while the gateway is down.",
            "--notify makes a plan: it prints how many notices there would be and the first",
            "of them. --apply PLAN puts them into the spool, --undo PLAN drops those not yet",
            "delivered. In a template $${recipient}, $${count}, $${first}, $${last} and",
            "$${hostname} are filled in; it begins with its header fields (Subject is",
            "needed), then an empty line."
        })
final class ImpactCommand extends DaemonCommand {
    @Mixin private final SelectionOptions selection = new SelectionOptions();

    @Option(
            names = "--top",
            paramLabel = "N",
            description = "rows of each table (default: ${DEFAULT-VALUE})")
    private int top = 10;

    @Option(names = "--recipients", description = "print every recipient that was hit, as CSV")
    private boolean recipients;

    @Option(
            names = "--notify",
            paramLabel = "TEMPLATE",
            description = "plan one notice to each recipient from this file")
    private @Nullable Path notify;

    @Option(names = "--apply", paramLabel = "PLAN", description = "send the notices of a plan")
    private @Nullable String apply;

    @Option(names = "--undo", paramLabel = "PLAN", description = "drop what is not delivered yet")
    private @Nullable String undo;

    @Override
    public Integer call() throws IOException {
        if (apply != null && undo != null) {
            throw new CommandFailure(ExitCode.USAGE, "--apply or --undo, not both");
        }
        Whereabouts where = config.whereabouts();
        if (apply != null || undo != null) {
            String plan = Objects.requireNonNull(apply == null ? undo : apply);
            return Daemon.of(where)
                    .show(
                            "POST",
                            query(
                                    "notices/"
                                            + Daemon.encode(plan)
                                            + (apply == null ? "/undo" : "/apply"),
                                    Actor.parameter()));
        }
        JournalReader journal = new JournalReader(where.data().resolve("journal"));
        JournalSelection meant = meant(journal);
        Impact impact = Impact.of(journal, meant);
        boolean complete = LeftOut.isNothing(journal, meant);
        if (notify != null) {
            int planned = plan(where, impact, notify);
            return complete ? planned : ExitCode.FAILED;
        }
        ImpactView view = new ImpactView(impact, journal.lost(meant), top, Console.out());
        if (recipients) {
            view.csv();
        } else if (json.wanted) {
            view.json();
        } else {
            view.text();
        }
        return impact.messages() == 0 || !complete ? ExitCode.FAILED : ExitCode.OK;
    }

    private JournalSelection meant(JournalReader journal) throws IOException {
        try {
            return journal.select(selection.values(), TimeSource.system().instant());
        } catch (SelectionException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    private int plan(Whereabouts where, Impact impact, Path template) throws IOException {
        if (selection.values().isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "say whom: a selection such as --reason CODE --since 3d goes with --notify");
        }
        ObjectNode body = Json.MAPPER.createObjectNode();
        try {
            body.put("template", Files.readString(template, StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            throw new CommandFailure(ExitCode.USAGE, template + ": there is no such file");
        }
        ArrayNode who = body.putArray("recipients");
        impact.recipients().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(e -> {
                    if (e.getKey().startsWith("#")) {
                        throw new CommandFailure(
                                ExitCode.FAILED,
                                "the journal holds hashed addresses (journal.privacy), to which"
                                        + " nothing can be sent");
                    }
                    ObjectNode one = who.addObject().put("address", e.getKey());
                    one.put("count", e.getValue().messages());
                    one.put("first", e.getValue().first()).put("last", e.getValue().last());
                });
        return Daemon.of(where)
                .send(
                        query(
                                "notices",
                                Actor.parameter()
                                        + "&selection="
                                        + Daemon.encode(selection.values().toString())),
                        Json.MAPPER.writeValueAsBytes(body));
    }
}
