package org.postern.app.admin;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.postern.app.guard.GuardAlarm;
import org.postern.app.guard.VerdictGuard;
import org.postern.app.text.Human;
import org.postern.app.text.Json;
import org.postern.core.journal.Journal;
import org.postern.core.journal.JournalEvent;
import org.postern.core.time.TimeSource;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The verdict guard over HTTP: {@code GET /api/v1/guard}, {@code POST …/confirm?rule=NAME}. */
public final class GuardRoutes {
    private final VerdictGuard guard;
    private final Journal journal;
    private final TimeSource time;

    /** Routes to this guard; {@code journal} is told what operators confirm. */
    public GuardRoutes(VerdictGuard guard, Journal journal, TimeSource time) {
        this.guard = guard;
        this.journal = journal;
        this.time = time;
    }

    /** The paths. */
    public List<Route> routes() {
        return List.of(
                new Route("GET", "/api/v1/guard", false, this::show),
                new Route("POST", "/api/v1/guard/confirm", false, this::confirm));
    }

    private void show(Exchange exchange) throws IOException {
        if (exchange.wantsText()) {
            StringBuilder out = new StringBuilder();
            for (GuardAlarm a : guard.alarms()) {
                out.append(a.key())
                        .append(
                                String.format(
                                        Locale.ROOT,
                                        ": %.0f %% of it, usually %.0f %%, since ",
                                        a.share() * 100,
                                        a.usual() * 100))
                        .append(a.since())
                        .append("\n  ")
                        .append(Human.printable(a.cause()))
                        .append('\n');
            }
            for (String rule : guard.observed()) {
                out.append("rule ")
                        .append(rule)
                        .append(" only observes; to let it decide again: postern guard confirm ")
                        .append(rule)
                        .append('\n');
            }
            exchange.text(
                    200,
                    Api.TEXT,
                    out.isEmpty() ? "every share is within its band\n" : out.toString());
            return;
        }
        ObjectNode out = Json.MAPPER.createObjectNode();
        ArrayNode alarms = out.putArray("alarms");
        for (GuardAlarm a : guard.alarms()) {
            alarms.addObject()
                    .put("key", a.key())
                    .put("since", a.since().toString())
                    .put("share", a.share())
                    .put("usual", a.usual())
                    .put("rule", a.rule())
                    .put("cause", a.cause());
        }
        guard.observed().forEach(out.putArray("observed")::add);
        exchange.json(200, out);
    }

    private void confirm(Exchange exchange) throws IOException {
        String rule = String.valueOf(exchange.parameter("rule"));
        String actor = String.valueOf(exchange.parameter("actor"));
        boolean done = guard.confirm(rule);
        if (done) {
            journal.append(
                    new JournalEvent.Operation(
                            time.instant(), actor, "confirm rule " + rule, "", List.of(), 0, ""));
        }
        String text =
                done
                        ? "rule " + rule + " decides again"
                        : "rule " + rule + " does not observe because of an alarm";
        if (exchange.wantsText()) {
            exchange.text(done ? 200 : 404, Api.TEXT, text + "\n");
        } else {
            exchange.json(done ? 200 : 404, Map.of("confirmed", done, "detail", text));
        }
    }
}
