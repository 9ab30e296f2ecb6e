package org.postern.app.admin;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.app.state.Alert;
import org.postern.app.state.GatewayState;
import org.postern.app.text.Human;
import org.postern.app.text.Json;
import org.postern.core.lists.DamagedList;
import org.postern.core.net.Ip;
import org.postern.core.snapshot.Snapshot;
import org.postern.queue.delivery.Downstream;
import org.postern.queue.delivery.DownstreamStatus;
import org.postern.queue.schedule.LaneStatus;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.SpoolHealth;
import org.postern.queue.spool.SpoolSummary;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The state of the gateway on one screen, and as JSON. */
public final class StatusView {
    private static final int LABEL = 13;

    private StatusView() {}

    static String text(GatewayState gateway, PassingEntries passing) {
        Snapshot snapshot = gateway.snapshot();
        SpoolSummary queue = gateway.spool().summary();
        SpoolHealth health = gateway.spool().health();
        StringBuilder out = new StringBuilder(1_024);
        out.append("Postern ")
                .append(gateway.version())
                .append(" on ")
                .append(snapshot.config().hostname())
                .append(", up ")
                .append(Human.duration(gateway.uptime()))
                .append(": ")
                .append(mail(gateway.parts()))
                .append('\n');
        for (GatewayState.Part part : gateway.parts()) {
            if (!part.ready()) {
                line(out, "  trouble", part.name() + ": " + part.detail());
            }
        }
        for (Alert alert : gateway.alerts()) {
            line(
                    out,
                    "  " + alert.severity().word(),
                    alert.name()
                            + " since "
                            + alert.since().truncatedTo(ChronoUnit.SECONDS)
                            + ": "
                            + alert.summary());
        }
        for (InetSocketAddress listener : gateway.listeners()) {
            line(out, "  listening", address(listener));
        }
        int limit = snapshot.config().limits().connections();
        line(
                out,
                "  connections",
                gateway.connections() + (limit == 0 ? ", no limit" : " of " + limit));
        line(
                out,
                "  overload",
                switch (gateway.overload().state()) {
                    case OPEN -> "none";
                    case SHED_STRANGERS -> "shedding strangers: " + gateway.overload().worst();
                    case CLOSED -> "shedding everybody: " + gateway.overload().worst();
                });
        line(
                out,
                "  queue",
                queue.count(EntryState.QUEUED)
                        + " queued, "
                        + queue.count(EntryState.DEFERRED)
                        + " deferred, "
                        + queue.count(EntryState.HELD)
                        + " held, "
                        + queue.count(EntryState.TRASH)
                        + " in trash; "
                        + Human.size(queue.bytes())
                        + (queue.oldestAge().isZero()
                                ? ""
                                : "; oldest " + Human.duration(queue.oldestAge())));
        line(
                out,
                "  spool",
                snapshot.config().spool().directory()
                        + ", "
                        + Human.size(health.freeBytes())
                        + " free"
                        + (health.detail().isEmpty() ? "" : ", " + health.detail()));
        Map<String, LaneStatus> lanes = new HashMap<>();
        gateway.relay().lanes().forEach(l -> lanes.put(l.downstream(), l));
        for (Downstream downstream : gateway.downstreams()) {
            line(
                    out,
                    "  downstream",
                    downstream.name()
                            + ": "
                            + DownstreamRoutes.how(
                                    downstream.status(), lanes.get(downstream.name())));
        }
        for (Map.Entry<String, String> line : passing.status()) {
            line(out, "  " + line.getKey(), line.getValue());
        }
        for (GatewayState.Helper helper : gateway.helpers()) {
            line(out, "  " + helper.kind(), helper.name() + ": " + helper.detail());
        }
        line(
                out,
                "  config",
                snapshot.config().file()
                        + ", revision "
                        + snapshot.revision()
                        + ", read "
                        + snapshot.loaded().truncatedTo(ChronoUnit.SECONDS));
        for (Path damaged : DamagedList.lying(snapshot.config().data())) {
            line(out, "  lists", "DAMAGED at a start, what was not readable is in " + damaged);
        }
        gateway.refusal()
                .ifPresent(refusal ->
                        line(
                                out,
                                "  reload",
                                "REFUSED at "
                                        + refusal.at().truncatedTo(ChronoUnit.SECONDS)
                                        + ": "
                                        + refusal.why()));
        return out.toString();
    }

    /** Whether mail is taken, as the first line of the status has it. */
    static String mail(List<GatewayState.Part> parts) {
        if (parts.stream().allMatch(GatewayState.Part::ready)) {
            return "taking mail";
        }
        return parts.stream().allMatch(p -> p.ready() || p.leavesMailAlone())
                ? "taking mail, NOT ALL OF IT IS WELL"
                : "NOT TAKING MAIL";
    }

    private static void line(StringBuilder out, String label, String value) {
        out.append(Human.cell(label, LABEL))
                .append(' ')
                .append(Human.printable(value))
                .append('\n');
    }

    /** {@code 192.0.2.1:25} or {@code [2001:db8::1]:25}. */
    public static String address(InetSocketAddress address) {
        String ip = Ip.text(address.getAddress());
        return (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + address.getPort();
    }

    static ObjectNode json(GatewayState gateway, PassingEntries passing) {
        Snapshot snapshot = gateway.snapshot();
        SpoolSummary queue = gateway.spool().summary();
        SpoolHealth health = gateway.spool().health();
        ObjectNode out = Json.MAPPER.createObjectNode();
        out.put("version", gateway.version());
        out.put("hostname", snapshot.config().hostname().ascii());
        out.put("uptime_seconds", gateway.uptime().toMillis() / 1000.0);
        out.put("ready", gateway.ready());
        ArrayNode parts = out.putArray("parts");
        for (GatewayState.Part part : gateway.parts()) {
            parts.addObject()
                    .put("name", part.name())
                    .put("ready", part.ready())
                    .put("detail", part.detail());
        }
        ArrayNode alerts = out.putArray("alerts");
        for (Alert alert : gateway.alerts()) {
            alerts.addObject()
                    .put("alert", alert.name())
                    .put("severity", alert.severity().word())
                    .put("summary", alert.summary())
                    .put("since", alert.since().toString())
                    .put("runbook", alert.runbook());
        }
        ArrayNode listeners = out.putArray("listeners");
        gateway.listeners().forEach(l -> listeners.add(address(l)));
        out.put("connections", gateway.connections());
        out.putObject("overload")
                .put("state", gateway.overload().state().name().toLowerCase(Locale.ROOT))
                .put("load", gateway.overload().load())
                .put("worst", gateway.overload().worst());
        ObjectNode depth = out.putObject("queue");
        for (EntryState state : EntryState.values()) {
            depth.put(state.word(), queue.count(state));
        }
        depth.put("active", queue.active());
        depth.put("bytes", queue.bytes());
        depth.put("oldest_age_seconds", queue.oldestAge().toMillis() / 1000.0);
        out.putObject("spool")
                .put("directory", snapshot.config().spool().directory().toString())
                .put("writable", health.writable())
                .put("room", health.room())
                .put("free_bytes", health.freeBytes())
                .put("detail", health.detail());
        ArrayNode downstreams = out.putArray("downstreams");
        for (Downstream downstream : gateway.downstreams()) {
            DownstreamStatus status = downstream.status();
            Optional<LaneStatus> lane =
                    gateway.relay().lanes().stream()
                            .filter(l -> l.downstream().equals(status.name()))
                            .findFirst();
            downstreams
                    .addObject()
                    .put("name", status.name())
                    .put("busy", status.busy())
                    .put("idle_connections", status.idle())
                    .put("stopped", lane.map(LaneStatus::stopped).orElse(""))
                    .put("last_success", text(status.lastSuccessAt()))
                    .put("last_trouble", status.lastTrouble())
                    .put("last_trouble_at", text(status.lastTroubleAt()));
        }
        out.setAll(passing.statusJson());
        ArrayNode helpers = out.putArray("helpers");
        for (GatewayState.Helper helper : gateway.helpers()) {
            helpers.addObject()
                    .put("kind", helper.kind())
                    .put("name", helper.name())
                    .put("well", helper.well())
                    .put("detail", helper.detail());
        }
        ObjectNode config =
                out.putObject("config")
                        .put("file", snapshot.config().file().toString())
                        .put("revision", snapshot.revision())
                        .put("loaded", snapshot.loaded().toString());
        ArrayNode damaged = out.putArray("damaged_lists");
        DamagedList.lying(snapshot.config().data()).forEach(f -> damaged.add(f.toString()));
        gateway.refusal()
                .ifPresent(refusal ->
                        config.putObject("refused")
                                .put("at", refusal.at().toString())
                                .put("why", refusal.why()));
        return out;
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }

    /** The body of {@code /readyz}: one line a part. */
    static String readiness(GatewayState gateway) {
        return gateway.parts().stream()
                .map(p ->
                        (p.ready() ? "ok      " : "NOT OK  ")
                                + p.name()
                                + (p.detail().isEmpty() ? "" : ": " + p.detail())
                                + "\n")
                .collect(Collectors.joining());
    }
}
