package org.postern.app.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.app.country.CountryDatabase;
import org.postern.app.country.CountryFileException;
import org.postern.app.directory.KeptDirectories;
import org.postern.app.journal.EvidenceRow;
import org.postern.app.journal.JournalReader;
import org.postern.app.journal.JournalSelection;
import org.postern.app.journal.SelectionException;
import org.postern.app.journal.TracedMessage;
import org.postern.app.replay.Replay;
import org.postern.app.replay.Settings;
import org.postern.app.text.Human;
import org.postern.app.text.Json;
import org.postern.auth.AuthenticatorSettings;
import org.postern.auth.Reevaluator;
import org.postern.auth.dns.CachingDnsClient;
import org.postern.auth.dns.DnsListener;
import org.postern.core.config.PolicyConfig;
import org.postern.core.config.Whereabouts;
import org.postern.core.country.Countries;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.time.TimeSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code postern replay}: the same mail under other settings; nothing is changed by it. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = "Evaluate journaled messages again under another configuration or client.",
        footer = {
            "",
            "Each answer is labelled: recorded (from what the journal kept alone), live (the",
            "DNS of today was asked too) or insufficient (the journal does not have what it",
            "would take).",
            "Signatures are taken as they were found then. Recipients of ldap, sql, http and",
            "callout are those of the last good lists under data; nobody is asked.",
            "--release makes a plan that releases held messages which would pass now."
        })
final class ReplayCommand extends DaemonCommand {
    private static final int SIDE_BY_SIDE = 32;

    @Mixin private final SelectionOptions selection = new SelectionOptions();

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description =
                    "suppose client-ip=ADDRESS, or another networks.trusted-relays,"
                            + " networks.load-balancers, networks.secondary …")
    private List<String> set = List.of();

    @Option(
            names = "--journal",
            paramLabel = "FOLDER",
            description = "where the journal lies, if not under data of this configuration")
    private @Nullable Path folder;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "look at the newest N of what is meant (default: ${DEFAULT-VALUE})")
    private int limit = 100_000;

    @Option(
            names = "--show",
            paramLabel = "N",
            description = "name N of the messages that change (default: ${DEFAULT-VALUE})")
    private int show = 20;

    @Option(names = "--release", description = "plan the release of held mail that would pass")
    private boolean release;

    @Override
    public Integer call() throws IOException {
        Snapshot snapshot = config.snapshot();
        TimeSource time = TimeSource.system();
        JournalReader journal =
                new JournalReader(
                        folder == null ? snapshot.config().data().resolve("journal") : folder);
        Settings settings = settings(snapshot);
        JournalSelection meant = selected(journal, time);
        List<TracedMessage> messages = journal.find(meant, limit);
        if (messages.isEmpty()) {
            LeftOut.isNothing(journal, meant);
            Console.err().println("the journal has nothing that matches");
            return ExitCode.FAILED;
        }
        List<Replay.Outcome> outcomes;
        try (CachingDnsClient dns =
                CachingDnsClient.of(snapshot.config().dns(), time, DnsListener.NONE)) {
            Reevaluator reevaluator =
                    new Reevaluator(
                            settings.apply(AuthenticatorSettings.of(snapshot.config(), null)),
                            dns,
                            time);
            outcomes =
                    evaluate(
                            journal,
                            new Replay(
                                    KeptDirectories.bind(snapshot, time),
                                    reevaluator,
                                    countries(snapshot),
                                    settings.client()),
                            messages);
        }
        if (json.wanted) {
            outcomes.forEach(o -> Console.out().println(json(o)));
        } else {
            text(outcomes);
        }
        boolean complete = LeftOut.isNothing(journal, meant);
        int done = release ? plan(snapshot, outcomes) : ExitCode.OK;
        return complete ? done : ExitCode.FAILED;
    }

    private static Countries countries(Snapshot snapshot) {
        Path file = snapshot.config().policy().countryDatabase();
        if (file == null) {
            return Countries.NONE;
        }
        try {
            return CountryDatabase.asItIs(file);
        } catch (CountryFileException e) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    snapshot.config().placeOf(PolicyConfig.COUNTRY_DATABASE)
                            + ": "
                            + e.getMessage());
        }
    }

    private Settings settings(Snapshot snapshot) {
        try {
            return Settings.parse(set, snapshot.config().networks());
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    private JournalSelection selected(JournalReader journal, TimeSource time) throws IOException {
        if (selection.values().isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, "say which messages, such as --since 2h");
        }
        try {
            return journal.select(selection.values(), time.instant());
        } catch (SelectionException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    private static List<Replay.Outcome> evaluate(
            JournalReader journal, Replay replay, List<TracedMessage> messages) throws IOException {
        Map<String, Optional<EvidenceRow>> known = new HashMap<>();
        List<Replay.Outcome> outcomes = new ArrayList<>(messages.size());
        try (ExecutorService workers = Executors.newFixedThreadPool(SIDE_BY_SIDE)) {
            List<Future<Replay.Outcome>> under = new ArrayList<>();
            for (TracedMessage message : messages) {
                String key = message.file() + " " + message.evidence();
                Optional<EvidenceRow> evidence = known.get(key);
                if (evidence == null) {
                    evidence = journal.evidence(message);
                    known.put(key, evidence);
                }
                EvidenceRow row = evidence.orElse(null);
                under.add(
                        workers.submit(() ->
                                replay.evaluate(message, row, message.screened().orElse(null))));
            }
            for (Future<Replay.Outcome> one : under) {
                outcomes.add(one.get());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return outcomes;
    }

    private void text(List<Replay.Outcome> outcomes) {
        Map<String, Integer> labels = new TreeMap<>();
        Map<String, Integer> changes = new TreeMap<>();
        int changed = 0;
        for (Replay.Outcome o : outcomes) {
            labels.merge(o.basis().word(), 1, Integer::sum);
            if (o.changed()) {
                changed++;
                changes.merge(
                        o.before().disposition()
                                + " ("
                                + o.before().reason()
                                + ") → "
                                + o.disposition()
                                + " ("
                                + o.reason()
                                + ")  ["
                                + o.basis().word()
                                + "]",
                        1,
                        Integer::sum);
            }
        }
        Console.out()
                .println(
                        outcomes.size()
                                + " messages looked at, "
                                + changed
                                + " would change"
                                + (labels.isEmpty() ? "" : "; evidence: " + said(labels)));
        changes.entrySet().stream()
                .sorted(
                        Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                                .thenComparing(Map.Entry.comparingByKey()))
                .forEach(e ->
                        Console.out().printf(Locale.ROOT, "%8d  %s%n", e.getValue(), e.getKey()));
        int shown = 0;
        for (Replay.Outcome o : outcomes) {
            if (o.changed() && shown++ < show) {
                Console.out()
                        .println(
                                Human.printable(
                                        "  "
                                                + (o.before().id() == null ? "-" : o.before().id())
                                                + " <"
                                                + o.before().from()
                                                + "> "
                                                + String.join(",", o.before().to())
                                                + ": "
                                                + o.detail()));
            }
        }
        outcomes.stream()
                .filter(o -> o.basis() == Replay.Basis.INSUFFICIENT)
                .findFirst()
                .ifPresent(o -> Console.out().println("nothing is said of some: " + o.detail()));
    }

    private static String said(Map<String, Integer> labels) {
        return labels.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
                .map(e -> e.getValue() + " " + e.getKey())
                .collect(Collectors.joining(", "));
    }

    private static String json(Replay.Outcome o) {
        ObjectNode out = Json.MAPPER.createObjectNode();
        out.put("at", o.before().at().toString()).put("id", o.before().id());
        out.put("from", o.before().from());
        o.before().to().forEach(out.putArray("to")::add);
        out.putObject("before")
                .put("disposition", o.before().disposition())
                .put("rule", o.before().rule())
                .put("reason", o.before().reason());
        out.putObject("now")
                .put("disposition", o.disposition())
                .put("rule", o.rule())
                .put("reason", o.reason());
        out.put("changed", o.changed()).put("basis", o.basis().word()).put("detail", o.detail());
        return Json.MAPPER.writeValueAsString(out);
    }

    private int plan(Snapshot snapshot, List<Replay.Outcome> outcomes) throws IOException {
        StringBuilder ids = new StringBuilder();
        for (Replay.Outcome o : outcomes) {
            if (o.wouldPass() && o.before().id() != null) {
                ids.append(o.before().id()).append('\n');
            }
        }
        if (ids.isEmpty()) {
            Console.out().println("no message that was taken would pass now and did not then");
            return ExitCode.FAILED;
        }
        return Daemon.of(Whereabouts.of(snapshot.config()))
                .send(
                        query("plans", "&action=release&reason=replay" + Actor.parameter()),
                        ids.toString().getBytes(StandardCharsets.UTF_8));
    }
}
