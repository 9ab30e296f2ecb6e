package org.postern.app.admin;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.app.directory.RecipientFiles;
import org.postern.app.directory.RemoteDirectories;
import org.postern.app.reputation.Traps;
import org.postern.app.text.Human;
import org.postern.app.text.Json;
import org.postern.core.config.DomainConfig;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.recipients.Handling;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.recipients.SyncedDirectory.Outcome;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.time.TimeSource;
import tools.jackson.databind.node.ObjectNode;

/** Who can receive, as the running gateway knows it: {@code /api/v1/recipients}. */
public final class RecipientRoutes {
    /** Of so many domains the recipients are counted for people. */
    private static final int MOST_DOMAINS = 10;

    private static final String CONFIRM = "postern recipients sync --confirm ";

    private final Supplier<Snapshot> snapshot;
    private final RemoteDirectories directories;
    private final RecipientFiles files;
    private final TimeSource time;

    /**
     * @param snapshot what is in force
     * @param directories the sources over the network
     * @param files the recipient files
     */
    public RecipientRoutes(
            Supplier<Snapshot> snapshot,
            RemoteDirectories directories,
            RecipientFiles files,
            TimeSource time) {
        this.files = files;
        this.snapshot = snapshot;
        this.directories = directories;
        this.time = time;
    }

    /** Every path. */
    public List<Route> routes() {
        return List.of(
                new Route("GET", "/api/v1/recipients", false, this::status),
                new Route("GET", "/api/v1/recipients/lookup", false, this::lookup),
                new Route("POST", "/api/v1/recipients/sync", false, this::sync));
    }

    private void lookup(Exchange exchange) throws IOException {
        EmailAddress address;
        String text = exchange.parameter("address");
        try {
            address = EmailAddress.parse(text == null ? "" : text);
        } catch (InvalidAddressException e) {
            exchange.text(400, Api.TEXT, "that is no address: " + e.getMessage() + "\n");
            return;
        }
        Snapshot now = snapshot.get();
        RecipientLookup answer = Traps.lookup(address, now.config().reputation(), now.recipients());
        ObjectNode out = Json.MAPPER.createObjectNode().put("address", address.toString());
        StringBuilder line = new StringBuilder(address.toString()).append(": ");
        switch (answer) {
            case RecipientLookup.Known known when Traps.isForTrapsAlone(known) -> {
                out.put("result", "spam-trap").put("source", known.source());
                line.append("spam trap: taken with 250 like anybody's, and dropped");
            }
            case RecipientLookup.Known known -> {
                List<String> targets =
                        known.targets().stream().map(EmailAddress::toString).toList();
                out.put("result", "known").put("source", known.source());
                targets.forEach(out.putArray("targets")::add);
                line.append("known, ").append(known.source());
                if (!known.targets().equals(List.of(address))) {
                    line.append("; its mail goes to ").append(String.join(", ", targets));
                }
                String downstream = downstream(now, known.targets().getFirst());
                out.put("downstream", downstream);
                line.append("; downstream ").append(downstream);
                if (known.handling().policy() != null) {
                    out.put("policy", known.handling().policy());
                    line.append("; rules of ").append(known.handling().policy());
                }
            }
            case RecipientLookup.Unknown unknown -> {
                out.put("result", "unknown");
                line.append("unknown: refused with 550 5.1.1");
            }
            case RecipientLookup.Unavailable away -> {
                out.put("result", "unavailable").put("reason", away.reason());
                line.append("cannot be told now, 451: ").append(Human.printable(away.reason()));
            }
            case RecipientLookup.NotHosted not -> {
                out.put("result", "not-hosted");
                line.append("of no domain of ours: refused with 550 5.7.1");
            }
        }
        int status = answer instanceof RecipientLookup.Known ? 200 : 404;
        if (exchange.wantsText()) {
            exchange.text(status, Api.TEXT, line.append('\n').toString());
        } else {
            exchange.json(status, out);
        }
    }

    private static String downstream(Snapshot now, EmailAddress address) {
        return now.recipients()
                .handling(address)
                .map(Handling::downstream)
                .or(() -> Optional.ofNullable(domain(now, address)).map(DomainConfig::downstream))
                .orElse("");
    }

    private static @Nullable DomainConfig domain(Snapshot now, EmailAddress address) {
        return address.host() instanceof Domain domain ? now.config().domains().get(domain) : null;
    }

    private void status(Exchange exchange) throws IOException {
        List<String> lines = new ArrayList<>();
        for (RemoteDirectories.View v : directories.status()) {
            lines.add(exchange.wantsText() ? text(v) : json(v));
        }
        for (RecipientFiles.View file : files.status()) {
            lines.add(exchange.wantsText() ? text(file) : json(file));
        }
        if (exchange.wantsText() && lines.isEmpty()) {
            lines.add(
                    "no file and no source over the network; recipients stand in the"
                            + " configuration");
        }
        try (OutputStream out =
                exchange.stream(200, exchange.wantsText() ? Api.TEXT : Api.NDJSON)) {
            for (String line : lines) {
                out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private String text(RecipientFiles.View file) {
        StringBuilder out = new StringBuilder(Human.printable(file.path().toString()));
        out.append("\n  recipients   ").append(file.entries());
        if (file.served()) {
            out.append(", of the LAST GOOD COPY ").append(file.copy());
        }
        out.append("\n  last good    ").append(ago(file.lastGood()));
        out.append(file.served() ? "" : "; read at a start and by postern reload");
        if (!file.trouble().isEmpty()) {
            out.append("\n  TROUBLE      ").append(Human.printable(file.trouble()));
            out.append(file.served() ? "; once it is mended: postern reload" : "");
        }
        if (file.refused() > 0) {
            out.append("\n  WAITS        the file would take away ").append(file.refused());
            out.append("; if that is right: postern reload --confirm");
        }
        return out.toString();
    }

    private String ago(Instant then) {
        return Human.duration(Duration.between(then, time.instant())) + " ago";
    }

    private String json(RecipientFiles.View file) {
        ObjectNode out = Json.MAPPER.createObjectNode();
        out.put("source", file.path().toString()).put("kind", "file");
        out.put("recipients", file.entries()).put("copy", file.copy().toString());
        out.put("served", file.served() ? "copy" : "file");
        out.put("last_good", file.lastGood().toString());
        out.put("error", file.trouble()).put("refused", file.refused());
        return Json.MAPPER.writeValueAsString(out);
    }

    private String text(RemoteDirectories.View v) {
        Instant good = v.good();
        StringBuilder out = new StringBuilder(v.name()).append('\n');
        out.append("  asked at     ").append(Human.printable(v.place())).append('\n');
        out.append("  recipients   ");
        out.append(
                v.entries() >= 0
                        ? v.entries()
                        : "NEVER LOADED: who is in no other source"
                                + (v.standIn().isEmpty()
                                        ? ""
                                        : ", nor in the last list of " + v.standIn() + ",")
                                + " gets 451");
        if (v.invalid() > 0) {
            out.append(" (left out: ").append(v.invalid());
            out.append(v.invalid() == 1 ? " value, " : " values; the first: ");
            out.append(Human.printable(v.example())).append(')');
        }
        domains(v.name(), out);
        out.append("\n  last good    ");
        out.append(good == null ? "not since the start" : ago(good));
        if (!v.error().isEmpty()) {
            out.append("\n  TROUBLE      ").append(Human.printable(v.error()));
        }
        if (v.refused() > 0) {
            out.append("\n  WAITS        ");
            out.append(
                    v.kind().equals("callout")
                            ? "those whom the store does not know any more: "
                            : "a list that would take away ");
            out.append(v.refused()).append("; if that is right: ").append(CONFIRM).append(v.name());
        }
        return out.toString();
    }

    /** Those of whom nobody is named come first. */
    private void domains(String source, StringBuilder out) {
        List<Map.Entry<Domain, Integer>> counts =
                directories.counts(source).entrySet().stream()
                        .sorted(
                                Map.Entry.<Domain, Integer>comparingByValue()
                                        .thenComparing(Map.Entry.comparingByKey()))
                        .toList();
        if (counts.isEmpty()) {
            return;
        }
        long without = counts.stream().filter(count -> count.getValue() == 0).count();
        out.append("\n  of           ");
        out.append(
                counts.stream()
                        .limit(Math.max(without, MOST_DOMAINS))
                        .map(count ->
                                count.getKey()
                                        + " "
                                        + (count.getValue() == 0 ? "NOBODY" : count.getValue()))
                        .collect(Collectors.joining(", ")));
        long more = counts.size() - Math.max(without, MOST_DOMAINS);
        out.append(more > 0 ? " and " + more + " domains more" : "");
        if (without > 0) {
            out.append("\n  WARNING      where it names nobody all mail is refused (550), unless");
            out.append(" another source has them");
        }
    }

    private String json(RemoteDirectories.View v) {
        Instant good = v.good();
        ObjectNode out = Json.MAPPER.createObjectNode();
        out.put("source", v.name()).put("kind", v.kind()).put("place", v.place());
        out.put("recipients", v.entries()).put("never_loaded", v.entries() < 0);
        out.put("last_good", good == null ? null : good.toString());
        if (good != null) {
            out.put(
                    "staleness_seconds",
                    Duration.between(good, time.instant()).toMillis() / 1000.0);
        }
        out.put("error", v.error()).put("refused", v.refused()).put("invalid", v.invalid());
        out.put("invalid_example", v.example()).put("stand_in", v.standIn());
        ObjectNode domains = out.putObject("domains");
        new TreeMap<>(directories.counts(v.name()))
                .forEach((domain, count) -> domains.put(domain.ascii(), count));
        return Json.MAPPER.writeValueAsString(out);
    }

    private void sync(Exchange exchange) throws IOException {
        String name = exchange.parameter("source");
        boolean confirmed = "true".equals(exchange.parameter("confirm"));
        if (confirmed && name == null) {
            exchange.text(400, Api.TEXT, "say which source is confirmed\n");
            return;
        }
        Optional<RemoteDirectories.AskedAnew> anew =
                name == null ? Optional.empty() : directories.askAnew(name, confirmed);
        if (anew.isPresent()) {
            askedAnew(exchange, String.valueOf(name), confirmed, anew.get());
            return;
        }
        Map<String, Outcome> outcomes = new TreeMap<>(directories.sync(name, confirmed));
        if (outcomes.isEmpty()) {
            exchange.text(404, Api.TEXT, noneToSync(name) + "\n");
            return;
        }
        StringBuilder text = new StringBuilder();
        boolean good = true;
        for (Map.Entry<String, Outcome> e : outcomes.entrySet()) {
            good &= e.getValue() instanceof Outcome.Taken;
            text.append(
                    exchange.wantsText()
                            ? line(e.getKey(), e.getValue())
                            : json(e.getKey(), e.getValue()));
            text.append('\n');
        }
        exchange.text(
                good ? 200 : 409, exchange.wantsText() ? Api.TEXT : Api.NDJSON, text.toString());
    }

    /** A call-out has no list: what it said of those who do not exist is forgotten. */
    private static void askedAnew(
            Exchange exchange, String name, boolean confirmed, RemoteDirectories.AskedAnew anew)
            throws IOException {
        if (!exchange.wantsText()) {
            exchange.json(
                    200,
                    Json.MAPPER
                            .createObjectNode()
                            .put("source", name)
                            .put("outcome", "asked-anew")
                            .put("forgotten", anew.forgotten())
                            .put("confirmed", anew.confirmed()));
            return;
        }
        StringBuilder text = new StringBuilder(name).append(": ");
        if (anew.confirmed() > 0) {
            text.append(anew.confirmed())
                    .append(" whom the store does not know any more are gone; it is believed for ")
                    .append(Human.duration(anew.believed()))
                    .append('\n');
        } else {
            text.append(confirmed ? "nothing waits for a confirmation; " : "")
                    .append("a call-out has no list to fetch, its store is asked at RCPT. Of ")
                    .append(anew.forgotten())
                    .append(" it was remembered that they do not exist: they are asked about")
                    .append(" anew\n");
        }
        exchange.text(200, Api.TEXT, text.toString());
    }

    private String noneToSync(@Nullable String name) {
        if (name == null) {
            return "no source is synchronised; recipient files are read by: postern reload";
        }
        return files.status().stream()
                .filter(f -> f.path().toString().equals(name) || f.file().toString().equals(name))
                .map(f ->
                        f.path()
                                + " is a file, read by: postern reload, or postern reload"
                                + " --confirm")
                .findFirst()
                .orElse(
                        "there is no such source to synchronise; postern recipients status lists"
                                + " them");
    }

    private static String line(String name, Outcome outcome) {
        return name
                + ": "
                + switch (outcome) {
                    case Outcome.Taken t ->
                            t.entries()
                                    + " recipients, "
                                    + t.added()
                                    + " new, "
                                    + t.removed()
                                    + " gone"
                                    + (t.invalid() > 0
                                            ? ", " + t.invalid() + " values left out"
                                            : "");
                    case Outcome.Refused r ->
                            "NOT TAKEN: "
                                    + (r.entries() == 0
                                            ? "a list that names nobody"
                                            : "a list of " + r.entries())
                                    + (r.removed() > 0
                                            ? " would take away "
                                                    + r.removed()
                                                    + " of "
                                                    + r.of()
                                                    + " recipients"
                                            : "")
                                    + "; if it is right: "
                                    + CONFIRM
                                    + name;
                    case Outcome.Failed f -> "FAILED: " + Human.printable(f.why());
                };
    }

    private static String json(String name, Outcome outcome) {
        ObjectNode out = Json.MAPPER.createObjectNode().put("source", name);
        switch (outcome) {
            case Outcome.Taken t ->
                    out.put("outcome", "taken")
                            .put("recipients", t.entries())
                            .put("added", t.added())
                            .put("removed", t.removed())
                            .put("invalid", t.invalid());
            case Outcome.Refused r ->
                    out.put("outcome", "refused")
                            .put("recipients", r.entries())
                            .put("removed", r.removed())
                            .put("of", r.of());
            case Outcome.Failed f -> out.put("outcome", "failed").put("error", f.why());
        }
        return Json.MAPPER.writeValueAsString(out);
    }
}
