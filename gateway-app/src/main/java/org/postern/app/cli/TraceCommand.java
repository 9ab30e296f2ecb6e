package org.postern.app.cli;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.postern.app.journal.EvidenceRow;
import org.postern.app.journal.JournalException;
import org.postern.app.journal.JournalReader;
import org.postern.app.journal.JournalSelection;
import org.postern.app.journal.SelectionException;
import org.postern.app.journal.Story;
import org.postern.app.journal.TracedMessage;
import org.postern.app.text.Human;
import org.postern.app.text.Json;
import org.postern.core.config.Whereabouts;
import org.postern.core.time.TimeSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code postern trace}: what happened to which message. Reads the journal's files itself. */
@Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        description = "Tell what happened to which message; refused mail too.",
        footer = {
            "",
            "One message is told as a story; several are listed, the newest last. The journal",
            "is read from its files, so this works while the gateway is down.",
            "--state here is accepted, tagged, quarantined, rejected or deferred."
        })
final class TraceCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    @Mixin private final ConfigOption config = new ConfigOption();
    @Mixin private final JsonOption json = new JsonOption();
    @Mixin private final SelectionOptions selection = new SelectionOptions();

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "the newest N of what is meant (default: ${DEFAULT-VALUE})")
    private int limit = 100;

    @Option(names = "--story", description = "tell the story of each, not only of a single one")
    private boolean stories;

    @Parameters(arity = "0..1", paramLabel = "ID", description = "queue id, as in the 250 reply")
    private @Nullable String id;

    @Override
    public Integer call() throws JournalException {
        Whereabouts where = config.whereabouts();
        JournalReader journal = new JournalReader(where.data().resolve("journal"));
        JournalSelection meant = selection(journal);
        List<TracedMessage> found = journal.find(meant, limit);
        if (found.isEmpty()) {
            int nothing = nothing(journal);
            return LeftOut.isNothing(journal, meant) ? nothing : ExitCode.FAILED;
        }
        boolean tell = stories || found.size() == 1;
        if (json.wanted) {
            for (TracedMessage message : found) {
                Console.out().println(json(journal, message, tell));
            }
        } else if (tell) {
            for (TracedMessage message : found) {
                story(Story.of(journal, message));
                Console.out().println();
            }
        } else {
            list(found);
        }
        if (found.size() == limit && limit > 1) {
            Console.err().println("the newest " + limit + "; --limit N shows more");
        }
        boolean complete =
                id == null ? LeftOut.isNothing(journal, meant) : LeftOut.isNothing(journal);
        return complete ? ExitCode.OK : ExitCode.FAILED;
    }

    private JournalSelection selection(JournalReader journal) throws JournalException {
        Map<String, List<String>> options = new LinkedHashMap<>(selection.values());
        if (id != null) {
            options.merge(
                    "id",
                    List.of(id),
                    (a, b) -> java.util.stream.Stream.concat(a.stream(), b.stream()).toList());
        }
        try {
            return journal.select(options, TimeSource.system().instant());
        } catch (SelectionException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    /** A queue id whose acceptance is too long ago may still have steps. */
    private int nothing(JournalReader journal) throws JournalException {
        if (id != null) {
            List<Story.Step> steps = Story.of(journal, id);
            if (!steps.isEmpty()) {
                story(steps);
                return ExitCode.OK;
            }
        }
        Console.err().println("the journal has nothing that matches");
        return ExitCode.FAILED;
    }

    private static void story(List<Story.Step> steps) {
        String before = "";
        for (Story.Step step : steps) {
            String time = TIME.format(step.at());
            Console.out()
                    .println(
                            (time.equals(before) ? " ".repeat(time.length()) : time)
                                    + "  "
                                    + Human.printable(step.text()));
            before = time;
        }
    }

    private static void list(List<TracedMessage> found) {
        Console.out().println(row("TIME (UTC)", "ID", "WHAT", "CLIENT", "FROM", "TO", "REASON"));
        for (TracedMessage m : found) {
            String to = m.to().isEmpty() ? "" : m.to().getFirst();
            Console.out()
                    .println(
                            Human.printable(
                                    row(
                                            TIME.format(m.at()),
                                            m.id() == null ? "-" : m.id(),
                                            m.disposition(),
                                            m.client(),
                                            m.from() == null ? "" : "<" + m.from() + ">",
                                            m.to().size() > 1
                                                    ? to + " (+" + (m.to().size() - 1) + ")"
                                                    : to,
                                            m.reason())));
        }
    }

    private static String row(
            String time,
            String id,
            String what,
            String client,
            String from,
            String to,
            String why) {
        return Human.cell(time, 23)
                + " "
                + Human.cell(id, 13)
                + " "
                + Human.cell(what, 11)
                + " "
                + Human.cell(client, 15)
                + " "
                + Human.cell(from, 34)
                + " "
                + Human.cell(to, 34)
                + " "
                + why;
    }

    private static String json(JournalReader journal, TracedMessage m, boolean tell)
            throws JournalException {
        ObjectNode out = Json.MAPPER.createObjectNode();
        out.put("at", m.at().toString()).put("id", m.id()).put("disposition", m.disposition());
        out.put("stage", m.stage()).put("client", m.client()).put("peer", m.peer());
        out.put("helo", m.helo()).put("tls", m.tls()).put("from", m.from());
        ArrayNode to = out.putArray("to");
        m.to().forEach(to::add);
        out.put("size", m.size()).put("rule", m.rule()).put("reason", m.reason());
        out.put("revision", m.revision()).put("reply", m.reply()).put("detail", m.detail());
        out.put("observed", m.observed());
        if (!m.subject().isEmpty()) {
            out.put("subject", m.subject());
        }
        EvidenceRow evidence = tell ? journal.evidence(m).orElse(null) : null;
        if (evidence != null) {
            ObjectNode detail = (ObjectNode) evidence.detail().deepCopy();
            ArrayNode dns = detail.putArray("dns");
            for (EvidenceRow.Answer answer : evidence.dns()) {
                ObjectNode one = dns.addObject();
                one.put("type", answer.type()).put("name", answer.name());
                one.put("outcome", answer.outcome());
                answer.records().forEach(one.putArray("records")::add);
            }
            out.set("evidence", detail);
        }
        if (tell) {
            m.screened().ifPresent(looked -> out.set("screening", looked));
            ArrayNode steps = out.putArray("story");
            for (Story.Step step : Story.of(journal, m)) {
                steps.addObject().put("at", step.at().toString()).put("text", step.text());
            }
        }
        return Json.MAPPER.writeValueAsString(out);
    }
}
