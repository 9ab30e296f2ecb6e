package org.postern.app.admin;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postern.app.state.GatewayState;
import org.postern.app.text.Human;
import org.postern.app.text.Json;
import org.postern.queue.delivery.Downstream;
import org.postern.queue.delivery.DownstreamStatus;
import org.postern.queue.schedule.LaneStatus;
import tools.jackson.databind.node.ObjectNode;

/** The downstreams as operators see, pause and resume them. */
final class DownstreamRoutes {
    private static final int NAME = 28;
    private static final Duration LONGEST = Duration.ofDays(30);

    private final GatewayState gateway;

    DownstreamRoutes(GatewayState gateway) {
        this.gateway = gateway;
    }

    List<Route> routes() {
        return List.of(
                new Route("GET", "/api/v1/downstreams", false, this::list),
                new Route("POST", "/api/v1/downstreams/pause", false, this::pause),
                new Route("POST", "/api/v1/downstreams/resume", false, this::resume));
    }

    private void list(Exchange exchange) throws IOException {
        Map<String, LaneStatus> lanes = new HashMap<>();
        gateway.relay().lanes().forEach(l -> lanes.put(l.downstream(), l));
        StringBuilder out = new StringBuilder();
        boolean text = exchange.wantsText();
        if (text) {
            out.append(Human.cell("DOWNSTREAM", NAME)).append(" BUSY  LIMIT  WAITING  HOW IT IS\n");
        }
        for (Downstream downstream : gateway.downstreams()) {
            LaneStatus lane = lanes.get(downstream.name());
            DownstreamStatus status = downstream.status();
            out.append(
                    text
                            ? row(status, lane)
                            : Json.MAPPER.writeValueAsString(json(status, lane)) + "\n");
        }
        exchange.text(200, text ? Api.TEXT : Api.NDJSON, out.toString());
    }

    private static String row(DownstreamStatus status, @Nullable LaneStatus lane) {
        return String.format(
                Locale.ROOT,
                "%s %4d  %5s  %7d  %s%n",
                Human.cell(status.name(), NAME),
                status.busy(),
                lane == null ? "-" : lane.limit() + "/" + lane.ceiling(),
                lane == null ? 0 : lane.waiting(),
                Human.printable(how(status, lane)));
    }

    /** One line on how a downstream is: stopped and why, in trouble, or well. */
    static String how(DownstreamStatus status, @Nullable LaneStatus lane) {
        if (lane != null && !lane.stopped().isEmpty()) {
            return lane.stopped()
                    + ", for another "
                    + Human.duration(lane.stoppedFor())
                    + (status.lastTrouble() == null ? "" : "; " + status.lastTrouble());
        }
        Instant trouble = status.lastTroubleAt();
        Instant success = status.lastSuccessAt();
        if (trouble != null && (success == null || trouble.isAfter(success))) {
            return "in trouble since "
                    + trouble.truncatedTo(ChronoUnit.SECONDS)
                    + ": "
                    + status.lastTrouble();
        }
        return success == null
                ? "not tried yet"
                : "well, last took mail " + success.truncatedTo(ChronoUnit.SECONDS);
    }

    private static ObjectNode json(DownstreamStatus status, @Nullable LaneStatus lane) {
        ObjectNode out = Json.MAPPER.createObjectNode();
        out.put("name", status.name());
        out.put("busy", status.busy());
        out.put("idle_connections", status.idle());
        out.put("limit", lane == null ? null : lane.limit());
        out.put("ceiling", lane == null ? null : lane.ceiling());
        out.put("waiting", lane == null ? 0 : lane.waiting());
        out.put("stopped", lane == null ? "" : lane.stopped());
        out.put("stopped_for_seconds", lane == null ? 0 : lane.stoppedFor().toMillis() / 1000.0);
        out.put("last_success", text(status.lastSuccessAt()));
        out.put("last_trouble", status.lastTrouble());
        out.put("last_trouble_at", text(status.lastTroubleAt()));
        return out;
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }

    private void pause(Exchange exchange) throws IOException {
        String name = known(exchange);
        if (name == null) {
            return;
        }
        Duration length = duration(exchange.parameter("for"));
        if (length == null) {
            exchange.text(
                    400,
                    Api.TEXT,
                    "--for: a duration such as 30m, 2h or 1d is allowed, 30d at most\n");
            return;
        }
        gateway.relay().pause(name, length, actor(exchange), why(exchange));
        answer(exchange, name + " is paused for " + Human.duration(length));
    }

    private void resume(Exchange exchange) throws IOException {
        String name = known(exchange);
        if (name != null) {
            gateway.relay().resume(name, actor(exchange), why(exchange));
            answer(exchange, name + " goes on");
        }
    }

    private static void answer(Exchange exchange, String words) throws IOException {
        if (exchange.wantsText()) {
            exchange.text(200, Api.TEXT, words + "\n");
        } else {
            exchange.json(200, Map.of("done", words));
        }
    }

    private @Nullable String known(Exchange exchange) throws IOException {
        String name = exchange.parameter("name");
        List<String> names = gateway.downstreams().stream().map(Downstream::name).toList();
        if (name != null && names.contains(name)) {
            return name;
        }
        exchange.text(
                404,
                Api.TEXT,
                "no downstream is called "
                        + (name == null ? "nothing" : Human.printable(name))
                        + "; there are "
                        + String.join(", ", names)
                        + "\n");
        return null;
    }

    private static @Nullable Duration duration(@Nullable String text) {
        if (text == null || text.length() < 2) {
            return null;
        }
        String upper = text.toUpperCase(Locale.ROOT);
        try {
            Duration length =
                    upper.endsWith("D")
                            ? Duration.parse("P" + upper)
                            : Duration.parse("PT" + upper);
            return length.isNegative() || length.isZero() || length.compareTo(LONGEST) > 0
                    ? null
                    : length;
        } catch (DateTimeException e) {
            return null; // the caller says what is allowed
        }
    }

    static String actor(Exchange exchange) {
        String actor = exchange.parameter("actor");
        return actor == null || actor.isEmpty() ? "unknown" : Human.printable(actor);
    }

    private static String why(Exchange exchange) {
        String why = exchange.parameter("reason");
        return why == null ? "" : Human.printable(why);
    }
}
