package org.postern.app.admin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.postern.app.journal.JournalReader;
import org.postern.app.journal.Story;
import org.postern.app.state.GatewayState;
import org.postern.app.telemetry.Metrics;
import org.postern.app.text.Human;
import org.postern.app.text.Json;
import org.postern.core.mail.MessageSource;
import org.postern.core.mail.QueueId;
import org.postern.core.problem.Problem;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.SpoolException;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The paths of the admin listener: {@code /metrics}, {@code /healthz} and {@code /readyz} for
 * everybody who reaches it, {@code /api/v1/} for the commands, with the token.
 */
public final class Api {
    static final String TEXT = "text/plain; charset=utf-8";
    static final String NDJSON = "application/x-ndjson";
    private static final int MAX_HEADER_BYTES = 64 * 1024;

    private final GatewayState gateway;
    private final PassingEntries passing;
    private final Metrics metrics;
    private final JournalReader journal;
    private final TimeSource time;

    /**
     * An interface to this gateway.
     *
     * @param passing who is kept out, and whose mail is on hold, for a while
     */
    public Api(
            GatewayState gateway,
            PassingEntries passing,
            Metrics metrics,
            JournalReader journal,
            TimeSource time) {
        this.gateway = gateway;
        this.passing = passing;
        this.metrics = metrics;
        this.journal = journal;
        this.time = time;
    }

    /** Every path. */
    public List<Route> routes() {
        List<Route> routes = new ArrayList<>(new SurgeryRoutes(gateway, time).routes());
        routes.addAll(new ExportRoutes(gateway, time).routes());
        routes.addAll(new DownstreamRoutes(gateway).routes());
        routes.addAll(
                List.of(
                        new Route("GET", "/metrics", true, this::metrics),
                        new Route("GET", "/healthz", true, e -> e.text(200, TEXT, "ok\n")),
                        new Route("GET", "/readyz", true, this::ready),
                        new Route("GET", "/api/v1/status", false, this::status),
                        new Route("GET", "/api/v1/queue/", false, this::entry),
                        new Route("GET", "/api/v1/messages/", false, this::story),
                        new Route("POST", "/api/v1/reload", false, this::reload)));
        return routes;
    }

    private void metrics(Exchange exchange) throws IOException {
        String accept = exchange.header("Accept");
        try (OutputStream out = exchange.stream(200, Metrics.contentType(accept))) {
            metrics.scrape(out, accept);
        }
    }

    private void ready(Exchange exchange) throws IOException {
        exchange.text(gateway.ready() ? 200 : 503, TEXT, StatusView.readiness(gateway));
    }

    private void status(Exchange exchange) throws IOException {
        int status = gateway.ready() ? 200 : 503;
        if (exchange.wantsText()) {
            exchange.text(status, TEXT, StatusView.text(gateway, passing));
        } else {
            exchange.json(status, StatusView.json(gateway, passing));
        }
    }

    private void entry(Exchange exchange) throws IOException {
        String[] path = exchange.rest().split("/", -1);
        Optional<QueueId> id = id(path[0]);
        if (id.isEmpty()) {
            exchange.text(400, TEXT, "that is no queue id; postern queue list shows them\n");
            return;
        }
        try {
            String form = path.length > 1 ? path[1] : "";
            switch (form) {
                case "raw" -> message(exchange, gateway.spool().relayed(id.get()));
                case "received" -> message(exchange, gateway.spool().received(id.get()));
                default -> show(exchange, id.get());
            }
        } catch (SpoolException e) {
            if (e.kind() != SpoolException.Kind.UNKNOWN) {
                throw e;
            }
            gone(exchange, id.get());
        }
    }

    private static Optional<QueueId> id(String text) {
        try {
            return Optional.of(QueueId.parse(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static void message(Exchange exchange, MessageSource source) throws IOException {
        try (InputStream in = source.open();
                OutputStream out = exchange.stream(200, "message/rfc822")) {
            in.transferTo(out);
        }
    }

    private void show(Exchange exchange, QueueId id) throws IOException {
        Optional<QueueEntry> entry = gateway.spool().find(id);
        if (entry.isEmpty()) {
            gone(exchange, id);
            return;
        }
        Instant now = time.instant();
        if (!exchange.wantsText()) {
            exchange.json(200, QueueView.json(entry.get(), now));
            return;
        }
        String headers = headers(gateway.spool().relayed(id));
        try (OutputStream out = exchange.stream(200, TEXT)) {
            QueueView.show(
                    out, entry.get(), now, Story.of(journal.afresh(), id.toString()), headers);
        }
    }

    /** What is known of a message that has left: its story, as long as the journal keeps it. */
    private void gone(Exchange exchange, QueueId id) throws IOException {
        List<Story.Step> story = Story.of(journal.afresh(), id.toString());
        StringBuilder text = new StringBuilder(id.toString()).append(" is not in the queue");
        text.append(story.isEmpty() ? ", nor in the journal; the log may know of it\n" : ":\n");
        for (Story.Step step : story) {
            text.append("  ")
                    .append(step.at().truncatedTo(ChronoUnit.MILLIS))
                    .append("  ")
                    .append(Human.printable(step.text()))
                    .append('\n');
        }
        exchange.text(404, TEXT, text.toString());
    }

    /** The header section, its line ends as LF, bounded. */
    private static String headers(MessageSource source) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (InputStream in = source.open()) {
            byte[] bytes = in.readNBytes(MAX_HEADER_BYTES);
            int end = bytes.length;
            for (int i = 0; i + 3 < bytes.length; i++) {
                if (bytes[i] == '\r'
                        && bytes[i + 1] == '\n'
                        && bytes[i + 2] == '\r'
                        && bytes[i + 3] == '\n') {
                    end = i + 2;
                    break;
                }
            }
            out.write(bytes, 0, end);
        }
        return out.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> "  " + Human.printable(line.replace('\t', ' ')) + "\n")
                .collect(Collectors.joining());
    }

    private void story(Exchange exchange) throws IOException {
        Optional<QueueId> id = id(exchange.rest());
        if (id.isEmpty()) {
            exchange.json(400, Map.of("error", "that is no queue id"));
            return;
        }
        ObjectNode out = Json.MAPPER.createObjectNode();
        out.put("id", id.get().toString());
        ArrayNode steps = out.putArray("steps");
        for (Story.Step step : Story.of(journal.afresh(), id.get().toString())) {
            steps.addObject()
                    .put("at", step.at().toString())
                    .put("text", step.text())
                    .put("progress", step.progress().name().toLowerCase(Locale.ROOT));
        }
        exchange.json(200, out);
    }

    private void reload(Exchange exchange) throws IOException {
        boolean text = exchange.wantsText();
        switch (gateway.reload("true".equals(exchange.parameter("confirm")))) {
            case SnapshotResult.Loaded loaded -> {
                if (text) {
                    exchange.text(
                            200,
                            TEXT,
                            lines(loaded.warnings())
                                    + "revision "
                                    + loaded.snapshot().revision()
                                    + " is in force\n");
                } else {
                    ObjectNode out = Json.MAPPER.createObjectNode();
                    out.put("reloaded", true).put("revision", loaded.snapshot().revision());
                    problems(out.putArray("problems"), loaded.warnings());
                    exchange.json(200, out);
                }
            }
            case SnapshotResult.Refused refused -> {
                long revision = gateway.snapshot().revision();
                if (text) {
                    exchange.text(
                            409,
                            TEXT,
                            refused.problems()
                                    + "\nnot reloaded: revision "
                                    + revision
                                    + " stays in force\n");
                } else {
                    ObjectNode out = Json.MAPPER.createObjectNode();
                    out.put("reloaded", false).put("revision", revision);
                    problems(out.putArray("problems"), refused.problems().all());
                    exchange.json(409, out);
                }
            }
        }
    }

    static String lines(List<Problem> problems) {
        return problems.stream().map(p -> p + "\n").collect(Collectors.joining());
    }

    static void problems(ArrayNode out, List<Problem> problems) {
        for (Problem problem : problems) {
            out.addObject()
                    .put("file", problem.place().file().toString())
                    .put("line", problem.place().line())
                    .put("column", problem.place().column())
                    .put("severity", problem.isError() ? "error" : "warning")
                    .put("message", problem.message());
        }
    }
}
