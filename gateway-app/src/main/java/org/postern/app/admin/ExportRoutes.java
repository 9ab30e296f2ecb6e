package org.postern.app.admin;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.postern.app.state.GatewayState;
import org.postern.app.text.Human;
import org.postern.app.text.Json;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.surgery.Eml;
import org.postern.queue.surgery.QueueSummary;
import org.postern.queue.surgery.SurgeryException;
import tools.jackson.databind.node.ObjectNode;

/** Messages out of the queue as files and back in, and the queue as a table of sums. */
final class ExportRoutes {
    private static final int DOMAIN = 30;
    private static final int NUMBER = 9;
    private static final int ROWS = 100;

    private final GatewayState gateway;
    private final TimeSource time;

    ExportRoutes(GatewayState gateway, TimeSource time) {
        this.gateway = gateway;
        this.time = time;
    }

    List<Route> routes() {
        return List.of(
                new Route(
                        "GET",
                        "/api/v1/queue-summary",
                        false,
                        e -> SurgeryRoutes.guarded(e, this::summary)),
                new Route(
                        "GET",
                        "/api/v1/queue-export/",
                        false,
                        e -> SurgeryRoutes.guarded(e, this::export)),
                new Route(
                        "POST",
                        "/api/v1/queue-reinject",
                        false,
                        e -> SurgeryRoutes.guarded(e, this::reinject)));
    }

    private void export(Exchange exchange) throws IOException, SurgeryException {
        QueueId id;
        try {
            id = QueueId.parse(exchange.rest());
        } catch (IllegalArgumentException e) {
            throw new SurgeryException(exchange.rest() + ": " + e.getMessage(), e);
        }
        Optional<QueueEntry> entry = gateway.spool().find(id);
        if (entry.isEmpty()) {
            exchange.text(404, Api.TEXT, id + " is not in the queue\n");
            return;
        }
        try (OutputStream out = exchange.stream(200, "message/rfc822")) {
            Eml.write(entry.get(), gateway.spool().relayed(id), out);
        }
    }

    private void reinject(Exchange exchange) throws IOException, SurgeryException {
        BufferedInputStream in = new BufferedInputStream(exchange.body());
        List<String> to = exchange.parameters("to");
        Eml.Header header =
                to.isEmpty()
                        ? Eml.read(in, time.instant())
                        : new Eml.Header("", given(exchange, to));
        QueueId id =
                gateway.surgeon()
                        .reinject(
                                in,
                                header,
                                "true".equals(exchange.parameter("hold")),
                                DownstreamRoutes.actor(exchange),
                                Optional.ofNullable(exchange.parameter("reason")).orElse(""));
        gateway.wakeRelay();
        if (exchange.wantsText()) {
            exchange.text(
                    200,
                    Api.TEXT,
                    "queued as "
                            + id
                            + (header.id().isEmpty() ? "" : ", was " + header.id())
                            + "\n");
        } else {
            exchange.json(200, Map.of("id", id.toString(), "was", header.id()));
        }
    }

    private MessageMeta given(Exchange exchange, List<String> to) throws SurgeryException {
        try {
            String from = exchange.parameter("from");
            List<Recipient> recipients = new ArrayList<>();
            for (String address : to) {
                recipients.add(Recipient.of(EmailAddress.parse(address)));
            }
            return new MessageMeta(
                    Envelope.of(ReversePath.parse(from == null ? "" : from), recipients),
                    time.instant(),
                    "127.0.0.1",
                    "reinjected",
                    new byte[0],
                    List.of(),
                    Map.of());
        } catch (InvalidAddressException e) {
            throw new SurgeryException("--from or --to: " + e.getMessage(), e);
        }
    }

    private void summary(Exchange exchange) throws IOException, SurgeryException {
        QueueSummary summary =
                gateway.surgeon().summary(SurgeryRoutes.selection(exchange, time.instant()));
        List<QueueSummary.Row> rows = summary.rows();
        boolean text = exchange.wantsText();
        try (OutputStream out = exchange.stream(200, text ? Api.TEXT : Api.NDJSON)) {
            if (text) {
                write(out, head());
            }
            for (QueueSummary.Row row : text ? rows.stream().limit(ROWS).toList() : rows) {
                write(out, text ? line(row) : json(row));
            }
            if (text && rows.size() > ROWS) {
                write(out, "… and " + (rows.size() - ROWS) + " more domains; --json has all\n");
            }
            write(out, text ? line(summary.total()) : json(summary.total()));
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String head() {
        StringBuilder out = new StringBuilder(Human.cell("DOMAIN", DOMAIN));
        number(out, "ALL");
        for (Duration age : QueueSummary.AGES) {
            number(out, "<" + Human.duration(age));
        }
        number(out, "older");
        number(out, "HELD");
        number(out, "SIZE");
        return out.append("  OLDEST\n").toString();
    }

    private static String line(QueueSummary.Row row) {
        StringBuilder out = new StringBuilder(Human.cell(row.domain(), DOMAIN));
        number(out, Long.toString(row.messages()));
        row.byAge().forEach(n -> number(out, Long.toString(n)));
        number(out, Long.toString(row.count(EntryState.HELD)));
        number(out, Human.size(row.bytes()));
        return out.append("  ").append(Human.duration(row.oldest())).append('\n').toString();
    }

    private static void number(StringBuilder out, String text) {
        out.append(String.format(Locale.ROOT, " %" + NUMBER + "s", text));
    }

    private static String json(QueueSummary.Row row) {
        ObjectNode out = Json.MAPPER.createObjectNode();
        out.put("domain", row.domain());
        out.put("count", row.messages());
        ObjectNode ages = out.putObject("by_age");
        for (int i = 0; i < row.byAge().size(); i++) {
            String column =
                    i < QueueSummary.AGES.size()
                            ? "under_" + QueueSummary.AGES.get(i).toSeconds() + "s"
                            : "older";
            ages.put(column, row.byAge().get(i));
        }
        for (EntryState state : EntryState.values()) {
            out.put(state.word(), row.count(state));
        }
        out.put("bytes", row.bytes());
        out.put("oldest_age_seconds", row.oldest().toSeconds());
        return Json.MAPPER.writeValueAsString(out) + "\n";
    }
}
