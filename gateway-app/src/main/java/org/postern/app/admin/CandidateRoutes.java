package org.postern.app.admin;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.postern.app.intake.CandidatePolicy;
import org.postern.app.intake.Uncompared;
import org.postern.app.text.Human;
import org.postern.app.text.Json;
import org.postern.core.config.PosternConfig;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.time.TimeSource;
import tools.jackson.databind.node.ObjectNode;

/** A candidate configuration beside the live one: {@code /api/v1/candidate}. */
public final class CandidateRoutes {
    private final CandidatePolicy candidate;
    private final Function<Path, SnapshotResult> observer;
    private final Supplier<PosternConfig> live;
    private final TimeSource time;

    /**
     * @param observer observes the configuration of a file, or says what is wrong with it
     * @param live the configuration in force
     */
    public CandidateRoutes(
            CandidatePolicy candidate,
            Function<Path, SnapshotResult> observer,
            Supplier<PosternConfig> live,
            TimeSource time) {
        this.candidate = candidate;
        this.observer = observer;
        this.live = live;
        this.time = time;
    }

    /** Every path. */
    public List<Route> routes() {
        return List.of(
                new Route("GET", "/api/v1/candidate", false, this::report),
                new Route("POST", "/api/v1/candidate", false, this::observe),
                new Route("POST", "/api/v1/candidate/end", false, this::end));
    }

    private void observe(Exchange exchange) throws IOException {
        String file = exchange.parameter("file");
        Path path;
        try {
            path = Path.of(file == null ? "" : file);
        } catch (InvalidPathException e) {
            exchange.text(400, Api.TEXT, "no path: " + e.getReason() + "\n");
            return;
        }
        if (!path.isAbsolute()) {
            exchange.text(400, Api.TEXT, "say which file, by its absolute path\n");
            return;
        }
        switch (observer.apply(path)) {
            case SnapshotResult.Refused refused -> refused(exchange, refused);
            case SnapshotResult.Loaded loaded -> observed(exchange, path, loaded);
        }
    }

    private void refused(Exchange exchange, SnapshotResult.Refused refused) throws IOException {
        if (exchange.wantsText()) {
            boolean before = candidate.report().isPresent();
            exchange.text(
                    409,
                    Api.TEXT,
                    refused.problems()
                            + "\nnot observed: the candidate has errors"
                            + (before ? "; the one before is observed on\n" : "\n"));
        } else {
            ObjectNode out = Json.MAPPER.createObjectNode();
            out.putNull("observing");
            Api.problems(out.putArray("problems"), refused.problems().all());
            exchange.json(409, out);
        }
    }

    private void observed(Exchange exchange, Path path, SnapshotResult.Loaded loaded)
            throws IOException {
        List<String> uncompared = Uncompared.between(live.get(), loaded.snapshot().config());
        if (exchange.wantsText()) {
            exchange.text(
                    200,
                    Api.TEXT,
                    Api.lines(loaded.warnings())
                            + path
                            + " is observed: its rules, lists and recipients are asked"
                            + " beside those in force and decide nothing.\n"
                            + line(uncompared)
                            + "What they would have done: postern reload --observed\n");
        } else {
            ObjectNode out = Json.MAPPER.createObjectNode();
            out.put("observing", path.toString());
            Api.problems(out.putArray("problems"), loaded.warnings());
            uncompared.forEach(out.putArray("not_compared")::add);
            exchange.json(200, out);
        }
    }

    /** Without it "no disagreement" would say more than is known. */
    private static String line(List<String> uncompared) {
        return uncompared.isEmpty()
                ? ""
                : "Another than in force, and not compared: "
                        + String.join(", ", uncompared)
                        + ".\n";
    }

    private void end(Exchange exchange) throws IOException {
        boolean there = candidate.report().isPresent();
        candidate.end();
        if (exchange.wantsText()) {
            exchange.text(
                    200,
                    Api.TEXT,
                    there ? "the candidate is observed no more\n" : "there was no candidate\n");
        } else {
            exchange.json(200, Map.of("ended", there));
        }
    }

    private void report(Exchange exchange) throws IOException {
        Optional<CandidatePolicy.Report> report = candidate.report();
        if (report.isEmpty()) {
            exchange.text(
                    404,
                    Api.TEXT,
                    "no candidate is observed; begin with: postern reload --observe FILE\n");
            return;
        }
        try (OutputStream out =
                exchange.stream(200, exchange.wantsText() ? Api.TEXT : Api.NDJSON)) {
            String text = exchange.wantsText() ? text(report.get()) : json(report.get());
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private String text(CandidatePolicy.Report report) {
        StringBuilder out = new StringBuilder();
        out.append(report.config().file()).append(", observed for ");
        out.append(Human.duration(Duration.between(report.since(), time.instant())));
        out.append(": ").append(report.compared()).append(" decisions, ");
        long others = report.counts().values().stream().mapToLong(Long::longValue).sum();
        out.append(others).append(" would have been others\n");
        out.append(line(Uncompared.between(live.get(), report.config())));
        report.counts()
                .forEach((what, count) ->
                        out.append(
                                String.format(
                                        Locale.ROOT, "%9d  %s%n", count, Human.printable(what))));
        for (CandidatePolicy.Disagreement d : report.latest()) {
            out.append(d.at().truncatedTo(ChronoUnit.SECONDS))
                    .append(' ')
                    .append(d.stage().word())
                    .append(" client=")
                    .append(d.client());
            if (!d.from().isEmpty()) {
                out.append(" from=").append(Human.printable(d.from()));
            }
            if (!d.to().isEmpty()) {
                out.append(" to=").append(Human.printable(d.to()));
            }
            out.append(' ').append(d.live().disposition().word());
            out.append(" (").append(d.live().rule()).append(") -> ");
            out.append(d.candidate().disposition().word());
            out.append(" (").append(d.candidate().rule()).append(", ");
            out.append(Human.printable(d.candidate().reason())).append(")\n");
        }
        return out.toString();
    }

    private String json(CandidatePolicy.Report report) {
        StringBuilder out = new StringBuilder();
        ObjectNode head = Json.MAPPER.createObjectNode();
        head.put("candidate", report.config().file().toString())
                .put("since", report.since().toString());
        head.put("compared", report.compared());
        ObjectNode counts = head.putObject("disagreements");
        report.counts().forEach(counts::put);
        Uncompared.between(live.get(), report.config()).forEach(head.putArray("not_compared")::add);
        out.append(Json.MAPPER.writeValueAsString(head)).append('\n');
        for (CandidatePolicy.Disagreement d : report.latest()) {
            ObjectNode one = Json.MAPPER.createObjectNode();
            one.put("at", d.at().toString()).put("stage", d.stage().word());
            one.put("client", d.client()).put("from", d.from()).put("to", d.to());
            one.putObject("live")
                    .put("disposition", d.live().disposition().word())
                    .put("rule", d.live().rule())
                    .put("reason", d.live().reason());
            one.putObject("candidate")
                    .put("disposition", d.candidate().disposition().word())
                    .put("rule", d.candidate().rule())
                    .put("reason", d.candidate().reason());
            out.append(Json.MAPPER.writeValueAsString(one)).append('\n');
        }
        return out.toString();
    }
}
