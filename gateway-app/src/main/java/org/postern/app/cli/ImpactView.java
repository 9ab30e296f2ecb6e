package org.postern.app.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.postern.app.journal.Impact;
import org.postern.app.text.Human;
import org.postern.app.text.Json;

/** An impact as tables for people, as JSON and as CSV. */
final class ImpactView {
    private static final DateTimeFormatter HOUR =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final Duration BY_THE_HOUR = Duration.ofDays(3);
    private static final int BAR = 40;
    private static final int VALUE = 46;

    /** What a spreadsheet would take for the beginning of a formula. */
    private static final String FORMULA = "=+-@";

    private static final Pattern SIMPLE = Pattern.compile("[^\",\\s]*");

    private final Impact impact;
    private final long lost;
    private final int top;
    private final PrintStream out;

    /**
     * @param lost how many events of that time were never written
     */
    ImpactView(Impact impact, long lost, int top, PrintStream out) {
        this.impact = impact;
        this.lost = lost;
        this.top = top;
        this.out = out;
    }

    void text() {
        out.printf(
                Locale.ROOT,
                "%,d messages for %,d recipients, from %,d sender domains and %,d clients%n",
                impact.messages(),
                impact.recipients().size(),
                impact.senderDomains().size(),
                impact.clients().size());
        table("WHAT BECAME OF THEM", impact.dispositions());
        table("REASON", impact.reasons());
        table("RULE", impact.rules());
        if (!impact.observed().isEmpty()) {
            table("IN MODE OBSERVE", impact.observed());
        }
        table("SENDER DOMAIN", impact.senderDomains());
        table("CLIENT", impact.clients());
        table("RECIPIENT", impact.topRecipients(top), impact.recipients().size());
        overTime();
    }

    private void table(String title, List<Impact.Count> counts) {
        table(title, counts, counts.size());
    }

    private void table(String title, List<Impact.Count> counts, int all) {
        out.println();
        out.println(Human.cell(title, VALUE) + "   MESSAGES");
        for (Impact.Count count : counts.subList(0, Math.min(top, counts.size()))) {
            out.println(
                    Human.cell(Human.printable(count.value()), VALUE)
                            + String.format(Locale.ROOT, " %,10d", count.messages()));
        }
        if (all > top) {
            out.println("… and " + (all - top) + " more; --top N shows N");
        }
    }

    private void overTime() {
        Map<Instant, Long> hours = impact.hours();
        if (hours.isEmpty()) {
            return;
        }
        TreeMap<Instant, Long> steps = new TreeMap<>(hours);
        boolean byDay =
                Duration.between(steps.firstKey(), steps.lastKey()).compareTo(BY_THE_HOUR) > 0;
        if (byDay) {
            steps = new TreeMap<>();
            for (Map.Entry<Instant, Long> hour : hours.entrySet()) {
                steps.merge(hour.getKey().truncatedTo(ChronoUnit.DAYS), hour.getValue(), Long::sum);
            }
        }
        long most = steps.values().stream().mapToLong(Long::longValue).max().orElse(1);
        out.println();
        out.println("OVER TIME (UTC, by the " + (byDay ? "day" : "hour") + ")");
        steps.forEach((at, count) ->
                out.println(
                        HOUR.format(at)
                                + String.format(Locale.ROOT, " %,10d ", count)
                                + "█".repeat((int) Math.max(1, count * BAR / most))));
    }

    /** One object for the whole and one for each count. */
    void json() {
        line(
                Map.of(
                        "messages",
                        impact.messages(),
                        "recipients",
                        impact.recipients().size(),
                        "sender_domains",
                        impact.senderDomains().size(),
                        "clients",
                        impact.clients().size(),
                        "not_written",
                        lost));
        counts("disposition", impact.dispositions());
        counts("reason", impact.reasons());
        counts("rule", impact.rules());
        counts("observed", impact.observed());
        counts("sender_domain", impact.senderDomains());
        counts("client", impact.clients());
        counts("recipient", impact.topRecipients(Integer.MAX_VALUE));
        impact.hours().forEach((at, count) -> count("hour", at.toString(), count));
    }

    private void counts(String by, List<Impact.Count> counts) {
        counts.forEach(c -> count(by, c.value(), c.messages()));
    }

    private void count(String by, String value, long messages) {
        line(
                Json.MAPPER
                        .createObjectNode()
                        .put("by", by)
                        .put("value", value)
                        .put("messages", messages));
    }

    private void line(Object value) {
        out.println(Json.MAPPER.writeValueAsString(value));
    }

    /** Who was hit (RFC 4180, with LF). */
    void csv() {
        out.println("recipient,messages,first,last");
        impact.recipients().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(e ->
                        out.println(
                                quoted(e.getKey())
                                        + ","
                                        + e.getValue().messages()
                                        + ","
                                        + Instant.ofEpochMilli(e.getValue().first())
                                        + ","
                                        + Instant.ofEpochMilli(e.getValue().last())));
    }

    private static String quoted(String field) {
        String plain =
                !field.isEmpty() && FORMULA.indexOf(field.charAt(0)) >= 0 ? "'" + field : field;
        return SIMPLE.matcher(plain).matches() ? plain : "\"" + plain.replace("\"", "\"\"") + "\"";
    }
}
