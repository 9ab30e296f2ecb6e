package org.postern.app.admin;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.postern.app.journal.Story;
import org.postern.app.text.Human;
import org.postern.app.text.Json;
import org.postern.queue.spool.Marks;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.RecipientState;
import org.postern.queue.spool.RecipientStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Queue entries as tables for people and as the JSON of the interface. */
final class QueueView {
    private static final int ID = 13;
    private static final int STATE = 9;
    private static final int SIZE = 9;
    private static final int AGE = 8;
    private static final int TRIES = 5;
    private static final int ADDRESS = 34;

    private QueueView() {}

    static String head() {
        return Human.cell("ID", ID)
                + " "
                + Human.cell("STATE", STATE)
                + " "
                + Human.cell("AGE", AGE)
                + " "
                + Human.cell("SIZE", SIZE)
                + " "
                + Human.cell("TRIES", TRIES)
                + " "
                + Human.cell("FROM", ADDRESS)
                + " "
                + Human.cell("TO", ADDRESS)
                + " LAST REPLY\n";
    }

    static String row(QueueEntry entry) {
        String to = entry.recipients().getFirst().recipient().address().toString();
        if (entry.recipients().size() > 1) {
            to += " (+" + (entry.recipients().size() - 1) + ")";
        }
        return Human.cell(entry.id().toString(), ID)
                + " "
                + Human.cell(state(entry), STATE)
                + " "
                + Human.cell(Human.duration(entry.age()), AGE)
                + " "
                + Human.cell(Human.size(entry.size()), SIZE)
                + " "
                + Human.cell(String.valueOf(entry.attempts()), TRIES)
                + " "
                + Human.cell("<" + entry.envelope().reversePath() + ">", ADDRESS)
                + " "
                + Human.cell(to, ADDRESS)
                + " "
                + Human.printable(lastReply(entry))
                + "\n";
    }

    private static String state(QueueEntry entry) {
        return entry.active() ? "active" : entry.state().word();
    }

    private static String lastReply(QueueEntry entry) {
        if (!entry.reason().isEmpty()) {
            return entry.reason() + failure(entry);
        }
        for (RecipientStatus status : entry.recipients()) {
            if (!status.reply().isEmpty() && status.state().isPending()) {
                return status.reply();
            }
        }
        return "";
    }

    /** What the downstream said of the first recipient that failed. */
    private static String failure(QueueEntry entry) {
        return entry.recipients().stream()
                .filter(r -> r.state() == RecipientState.FAILED && !r.reply().isEmpty())
                .findFirst()
                .map(r -> ", " + r.reply())
                .orElse("");
    }

    static ObjectNode json(QueueEntry entry, Instant now) {
        ObjectNode out = Json.MAPPER.createObjectNode();
        out.put("id", entry.id().toString());
        out.put("state", entry.state().word());
        out.put("active", entry.active());
        out.put("from", entry.envelope().reversePath().toString());
        ArrayNode to = out.putArray("to");
        for (RecipientStatus status : entry.recipients()) {
            ObjectNode one = to.addObject();
            one.put("address", status.recipient().address().toString());
            one.put("state", status.state().word());
            one.put("reply", status.reply());
        }
        out.put("size", entry.size());
        out.put("received", entry.received().toString());
        out.put("age_seconds", entry.age().toMillis() / 1000.0);
        out.put("attempts", entry.attempts());
        out.put(
                "next_attempt",
                entry.nextAttempt(now)
                        .map(at -> at.truncatedTo(ChronoUnit.MILLIS).toString())
                        .orElse(null));
        out.put("downstream", entry.downstream());
        if (!entry.reason().isEmpty()) {
            out.put("reason", entry.reason());
        }
        if (!entry.actor().isEmpty()) {
            out.put("actor", entry.actor());
        }
        for (String mark : List.of(Marks.WHY, Marks.POSSIBLE_DUPLICATE, Marks.TOLD_OF_DELAY)) {
            if (entry.notes().containsKey(mark)) {
                out.put(mark.replace('-', '_'), entry.notes().get(mark));
            }
        }
        out.put("client", entry.clientAddress());
        out.put("helo", entry.helo());
        String verdicts = entry.notes().get("verdicts");
        out.set(
                "verdicts",
                verdicts == null ? Json.MAPPER.createObjectNode() : Json.MAPPER.readTree(verdicts));
        out.put("content_sha256", entry.contentSha256());
        return out;
    }

    /** The whole story of one entry, for people. */
    static void show(
            OutputStream out,
            QueueEntry entry,
            Instant now,
            Iterable<Story.Step> story,
            String headers)
            throws IOException {
        StringBuilder text = new StringBuilder(1_024);
        line(text, "id", entry.id().toString());
        line(text, "state", state(entry) + (entry.reason().isEmpty() ? "" : ": " + entry.reason()));
        line(text, "from", "<" + entry.envelope().reversePath() + ">");
        for (RecipientStatus status : entry.recipients()) {
            String reply = status.reply().isEmpty() ? "" : ", " + status.reply();
            String via = status.downstream().isEmpty() ? "" : " via " + status.downstream();
            line(
                    text,
                    "to",
                    "<"
                            + status.recipient().address()
                            + "> "
                            + status.state().word()
                            + via
                            + reply);
        }
        line(text, "client", "[" + entry.clientAddress() + "] as " + entry.helo());
        line(text, "received", entry.received() + ", " + Human.duration(entry.age()) + " ago");
        line(text, "size", Human.size(entry.size()));
        line(
                text,
                "attempts",
                entry.attempts()
                        + entry.nextAttempt(now)
                                .map(at ->
                                        ", next "
                                                + (at.isAfter(now)
                                                        ? "at " + at.truncatedTo(ChronoUnit.SECONDS)
                                                        : "as soon as the downstream allows"))
                                .orElse(", none planned"));
        if (!entry.actor().isEmpty()) {
            line(text, "changed by", entry.actor() + said(entry, Marks.WHY));
        }
        if (entry.notes().containsKey(Marks.POSSIBLE_DUPLICATE)) {
            line(text, "duplicate", "possible" + said(entry, Marks.POSSIBLE_DUPLICATE));
        }
        if (entry.notes().containsKey(Marks.TOLD_OF_DELAY)) {
            line(text, "delay", "the sender was told" + said(entry, Marks.TOLD_OF_DELAY));
        }
        line(text, "sha256", entry.contentSha256());
        line(
                text,
                "rule",
                entry.notes().getOrDefault("rule", "")
                        + ", reason "
                        + entry.notes().getOrDefault("reason", "none noted"));
        String verdicts = entry.notes().get("verdicts");
        if (verdicts != null) {
            verdicts(text, Json.MAPPER.readTree(verdicts));
        }
        boolean first = true;
        for (Story.Step step : story) {
            if (first) {
                text.append("\nwhat happened\n");
                first = false;
            }
            text.append("  ")
                    .append(step.at().truncatedTo(ChronoUnit.MILLIS))
                    .append("  ")
                    .append(Human.printable(step.text()))
                    .append('\n');
        }
        text.append("\nheaders as relayed\n").append(headers);
        out.write(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String said(QueueEntry entry, String mark) {
        String text = entry.notes().getOrDefault(mark, "");
        return text.isEmpty() ? "" : ": " + text;
    }

    /** Each method with its result and what decided; a signature is a line of its own. */
    private static void verdicts(StringBuilder text, JsonNode verdicts) {
        for (Map.Entry<String, JsonNode> method : verdicts.properties()) {
            if (method.getValue().isArray()) {
                for (JsonNode signature : method.getValue()) {
                    line(text, method.getKey(), verdict(signature));
                }
                if (method.getValue().isEmpty()) {
                    line(text, method.getKey(), "none: no signature");
                }
            } else {
                line(text, method.getKey(), verdict(method.getValue()));
            }
        }
    }

    private static String verdict(JsonNode one) {
        StringBuilder out = new StringBuilder(one.path("result").asString());
        for (String name : List.of("domain", "name", "author_domain", "selector")) {
            String value = one.path(name).asString("");
            if (!value.isEmpty()) {
                out.append(", ").append(name.replace('_', ' ')).append(' ').append(value);
            }
        }
        return out.append(", ").append(one.path("reason").asString()).toString();
    }

    private static void line(StringBuilder out, String name, String value) {
        out.append(Human.cell(name, 10)).append(' ').append(Human.printable(value)).append('\n');
    }
}
