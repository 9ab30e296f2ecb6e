package org.postern.app.admin;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postern.app.state.GatewayState;
import org.postern.app.text.Human;
import org.postern.app.text.Json;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.surgery.Action;
import org.postern.queue.surgery.Plan;
import org.postern.queue.surgery.Selection;
import org.postern.queue.surgery.Surgeon;
import org.postern.queue.surgery.SurgeryException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The queue as operators select, change and undo it: a change is a plan first, which says exactly
 * what it would touch and touches nothing, and is applied by its id.
 */
final class SurgeryRoutes {
    private static final Logger LOG = LoggerFactory.getLogger("queue");

    /** The options of the selection grammar, which are query parameters here. */
    static final List<String> OPTIONS =
            List.of(
                    "from",
                    "to",
                    "client",
                    "domain",
                    "verdict",
                    "reason-code",
                    "state",
                    "since",
                    "until",
                    "older-than",
                    "size-over",
                    "id");

    private static final int MAX_IDS_OCTETS = 16 << 20;

    private final GatewayState gateway;
    private final TimeSource time;

    SurgeryRoutes(GatewayState gateway, TimeSource time) {
        this.gateway = gateway;
        this.time = time;
    }

    List<Route> routes() {
        return List.of(
                new Route("GET", "/api/v1/queue", false, e -> guarded(e, this::list)),
                new Route("POST", "/api/v1/queue/retry", false, e -> guarded(e, this::retry)),
                new Route("POST", "/api/v1/plans", false, e -> guarded(e, this::plan)),
                new Route("POST", "/api/v1/plans/", false, e -> guarded(e, this::act, 409)));
    }

    /** Something that a person asked for. */
    interface Step {
        void take(Exchange exchange) throws IOException, SurgeryException;
    }

    /** What a person asked for and cannot be is told in a line, not as our failure. */
    static void guarded(Exchange exchange, Step step) throws IOException {
        guarded(exchange, step, 400);
    }

    /** The same; {@code no} is the status of what cannot be. */
    private static void guarded(Exchange exchange, Step step, int no) throws IOException {
        try {
            step.take(exchange);
        } catch (SurgeryException e) {
            exchange.text(no, Api.TEXT, e.getMessage() + "\n");
        }
    }

    /** The entries that the query's parameters mean, and the ids that the body names. */
    private Selection selection(Exchange exchange) throws IOException, SurgeryException {
        Map<String, List<String>> options = options(exchange);
        // more ids than a request line can hold come in the body, one a line
        String body = new String(exchange.body(MAX_IDS_OCTETS), StandardCharsets.US_ASCII);
        if (!body.isBlank()) {
            List<String> ids = new ArrayList<>(options.getOrDefault("id", List.of()));
            body.lines().filter(line -> !line.isBlank()).forEach(ids::add);
            options.put("id", ids);
        }
        return Selection.parse(options, time.instant(), SurgeryRoutes::verdict);
    }

    /** The entries that the query's parameters mean. */
    static Selection selection(Exchange exchange, Instant now) throws SurgeryException {
        return Selection.parse(options(exchange), now, SurgeryRoutes::verdict);
    }

    private static Map<String, List<String>> options(Exchange exchange) {
        Map<String, List<String>> options = new LinkedHashMap<>();
        for (String option : OPTIONS) {
            List<String> values = exchange.parameters(option);
            if (!values.isEmpty()) {
                options.put(option.equals("reason-code") ? "reason" : option, values);
            }
        }
        return options;
    }

    private static Optional<String> verdict(QueueEntry entry, String method) {
        String notes = entry.notes().get("verdicts");
        if (notes == null) {
            return Optional.empty();
        }
        JsonNode verdict = Json.MAPPER.readTree(notes).path(method);
        if (verdict.isArray()) {
            verdict = verdict.path(0);
        }
        String result = verdict.path("result").asString("");
        return result.isEmpty() ? Optional.empty() : Optional.of(result);
    }

    private void list(Exchange exchange) throws IOException, SurgeryException {
        Selection selection = selection(exchange);
        boolean text = exchange.wantsText();
        try (Stream<QueueEntry> entries = gateway.surgeon().select(selection);
                OutputStream out = exchange.stream(200, text ? Api.TEXT : Api.NDJSON)) {
            long count = write(entries.iterator(), out, text);
            if (text && count == 0) {
                String none =
                        selection.isEverything()
                                ? "the queue is empty\n"
                                : "nothing in the queue matches\n";
                out.write(none.getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private long write(Iterator<QueueEntry> entries, OutputStream out, boolean text)
            throws IOException {
        long count = 0;
        Instant now = time.instant();
        while (entries.hasNext()) {
            QueueEntry entry = entries.next();
            if (text && count == 0) {
                out.write(QueueView.head().getBytes(StandardCharsets.UTF_8));
            }
            String line =
                    text
                            ? QueueView.row(entry)
                            : Json.MAPPER.writeValueAsString(QueueView.json(entry, now)) + "\n";
            out.write(line.getBytes(StandardCharsets.UTF_8));
            count++;
        }
        return count;
    }

    private void retry(Exchange exchange) throws IOException, SurgeryException {
        int due =
                gateway.surgeon()
                        .retry(
                                selection(exchange),
                                actor(exchange),
                                orEmpty(exchange.parameter("reason")));
        gateway.relay().tryNow();
        gateway.wakeRelay();
        if (exchange.wantsText()) {
            exchange.text(200, Api.TEXT, entries(due) + " due now\n");
        } else {
            exchange.json(200, Map.of("retried", due));
        }
    }

    private static String entries(int count) {
        return count == 1 ? "1 entry is" : count + " entries are";
    }

    private void plan(Exchange exchange) throws IOException, SurgeryException {
        Selection selection = selection(exchange);
        if (selection.isEverything()) {
            throw new SurgeryException(
                    "say which entries, such as --from @example.org or --id ID; --older-than 0s"
                            + " is everything");
        }
        Plan plan =
                gateway.surgeon()
                        .plan(
                                action(exchange.parameter("action")),
                                selection,
                                actor(exchange),
                                orEmpty(exchange.parameter("reason")));
        if (exchange.wantsText()) {
            exchange.text(200, Api.TEXT, text(plan));
        } else {
            exchange.json(200, json(plan));
        }
    }

    private static Action action(@Nullable String word) throws SurgeryException {
        for (Action action : Action.values()) {
            if (action.word().equals(word)) {
                return action;
            }
        }
        throw new SurgeryException(
                "there is no such action; known are hold, release, drop, bounce");
    }

    private static String actor(Exchange exchange) {
        String actor = orEmpty(exchange.parameter("actor"));
        return actor.isEmpty() ? "unknown" : Human.printable(actor);
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static String text(Plan plan) {
        StringBuilder out = new StringBuilder();
        out.append("plan ").append(plan.id()).append(": ").append(plan.action().word());
        out.append(' ').append(plan.count()).append(plan.count() == 1 ? " entry" : " entries");
        out.append(", ").append(Human.size(plan.bytes())).append('\n');
        if (!plan.sample().isEmpty()) {
            out.append(QueueView.head());
            plan.sample().forEach(entry -> out.append(QueueView.row(entry)));
            if (plan.count() > plan.sample().size()) {
                out.append("… and ").append(plan.count() - plan.sample().size()).append(" more\n");
            }
        }
        new TreeMap<>(plan.leftOut())
                .forEach((why, count) ->
                        out.append("left out: ")
                                .append(count)
                                .append(count == 1 ? " entry, " : " entries, ")
                                .append(why)
                                .append('\n'));
        if (plan.count() == 0) {
            return out.append("there is nothing to change\n").toString();
        }
        return out.append("nothing is changed yet; to do it: postern queue ")
                .append(plan.action().word())
                .append(" --apply ")
                .append(plan.id())
                .append('\n')
                .toString();
    }

    private ObjectNode json(Plan plan) {
        ObjectNode out = Json.MAPPER.createObjectNode();
        out.put("plan", plan.id());
        out.put("action", plan.action().word());
        out.put("count", plan.count());
        out.put("bytes", plan.bytes());
        ObjectNode leftOut = out.putObject("left_out");
        plan.leftOut().forEach(leftOut::put);
        ArrayNode sample = out.putArray("sample");
        Instant now = time.instant();
        plan.sample().forEach(entry -> sample.add(QueueView.json(entry, now)));
        return out;
    }

    private Surgeon.Outcome apply(Exchange exchange, String plan)
            throws IOException, SurgeryException {
        String meant = exchange.parameter("action");
        return meant == null
                ? gateway.surgeon().apply(plan, actor(exchange))
                : gateway.surgeon().apply(plan, action(meant), actor(exchange));
    }

    /** {@code ID/apply} or {@code ID/undo}. */
    private void act(Exchange exchange) throws IOException, SurgeryException {
        String[] path = exchange.rest().split("/", -1);
        if (path.length != 2) {
            throw new SurgeryException("say plans/PLAN/apply or plans/PLAN/undo");
        }
        Surgeon.Outcome outcome =
                switch (path[1]) {
                    case "apply" -> apply(exchange, path[0]);
                    case "undo" -> gateway.surgeon().undo(path[0], actor(exchange));
                    default -> throw new SurgeryException("a plan can be applied or undone");
                };
        gateway.wakeRelay();
        LOG.info(
                "plan {} {} by {}: {} changed, {} gone or changed since",
                path[0],
                path[1].equals("apply") ? "applied" : "undone",
                actor(exchange),
                outcome.changed(),
                outcome.left());
        if (exchange.wantsText()) {
            exchange.text(
                    200,
                    Api.TEXT,
                    String.format(
                            Locale.ROOT,
                            "%d changed, %d gone or changed since the plan was made%n",
                            outcome.changed(),
                            outcome.left()));
        } else {
            exchange.json(200, Map.of("changed", outcome.changed(), "left", outcome.left()));
        }
    }
}
