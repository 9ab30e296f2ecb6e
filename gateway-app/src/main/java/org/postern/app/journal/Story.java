package org.postern.app.journal;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postern.app.text.Human;
import tools.jackson.databind.JsonNode;

/** What happened to one message, in order, in words. */
public final class Story {
    private Story() {}

    /** Where a message stands. */
    public enum Progress {
        /** More steps follow by themselves. */
        UNDER_WAY,
        /** Every recipient has it. */
        DELIVERED,
        /** Nothing more happens until somebody acts. */
        HELD,
        /** It was not taken. */
        REFUSED
    }

    /**
     * One step.
     *
     * @param at when
     * @param text what happened, for people
     * @param progress where the message stands after it
     */
    public record Step(Instant at, String text, Progress progress) {}

    /**
     * The story of a queue id; empty where the journal knows nothing of it. Files that the reader
     * could not read are named at its end.
     */
    public static List<Step> of(JournalReader journal, String id) throws JournalException {
        TracedMessage message = journal.message(id).orElse(null);
        List<Step> steps = new ArrayList<>();
        if (message != null) {
            steps.addAll(beginning(journal, message));
        }
        List<TracedStep> traced = journal.steps(id);
        steps.addAll(after(message, traced));
        addPassing(journal, message, traced, steps);
        steps.addAll(missing(journal, steps));
        return steps;
    }

    /** The days of which nothing is told, because their file cannot be read. */
    private static List<Step> missing(JournalReader journal, List<Step> told) {
        Progress progress = told.isEmpty() ? Progress.UNDER_WAY : told.getLast().progress();
        List<Step> missing = new ArrayList<>();
        journal.leftOutFiles()
                .forEach((file, why) ->
                        missing.add(
                                new Step(
                                        file.day().atStartOfDay(ZoneOffset.UTC).toInstant(),
                                        "not in this story: " + file.path() + ": " + why,
                                        progress)));
        return missing;
    }

    /** The story of a message, or of a refusal, as that of a queue id. */
    public static List<Step> of(JournalReader journal, TracedMessage message)
            throws JournalException {
        List<Step> steps = new ArrayList<>(beginning(journal, message));
        List<TracedStep> traced = message.id() == null ? List.of() : journal.steps(message.id());
        steps.addAll(after(message, traced));
        addPassing(journal, message, traced, steps);
        steps.addAll(missing(journal, steps));
        return steps;
    }

    /** Puts the ban or hold that touched it where it began and where it ended. */
    private static void addPassing(
            JournalReader journal,
            @Nullable TracedMessage message,
            List<TracedStep> traced,
            List<Step> steps)
            throws JournalException {
        Passing passing = Passing.of(message, traced).orElse(null);
        if (passing == null || steps.isEmpty()) {
            return;
        }
        Instant touched = message == null ? steps.getFirst().at() : message.at();
        for (TracedStep step : traced) {
            touched = passing.isBy(step) ? step.at() : touched;
        }
        for (Passing.Note note : passing.notes(journal, touched)) {
            int at = 0;
            while (at < steps.size() && !steps.get(at).at().isAfter(note.at())) {
                at++;
            }
            Progress progress = steps.get(Math.max(0, at - 1)).progress();
            String text = passing.begin() + " of " + note.detail();
            steps.add(at, new Step(note.at(), text, progress));
        }
    }

    private static List<Step> beginning(JournalReader journal, TracedMessage m)
            throws JournalException {
        Progress progress = m.id() == null ? Progress.REFUSED : Progress.UNDER_WAY;
        List<Step> steps = new ArrayList<>();
        steps.add(new Step(m.at(), offered(m), progress));
        EvidenceRow evidence = journal.evidence(m).orElse(null);
        if (evidence != null) {
            for (String line : verdicts(evidence.detail())) {
                steps.add(new Step(m.at(), line, progress));
            }
        }
        for (String line : m.screened().map(Story::screening).orElse(List.of())) {
            steps.add(new Step(m.at(), line, progress));
        }
        if (!m.observed().isEmpty()) {
            steps.add(new Step(m.at(), "observed only: " + m.observed(), progress));
        }
        steps.add(new Step(m.at(), decided(m), progress));
        return steps;
    }

    private static String offered(TracedMessage m) {
        StringBuilder out = new StringBuilder("from ").append(m.client());
        if (!m.peer().equals(m.client())) {
            out.append(" through ").append(m.peer());
        }
        if (!m.helo().isEmpty()) {
            out.append(" as ").append(m.helo());
        }
        out.append(m.tls() ? " over TLS" : " in the clear");
        if (m.from() != null) {
            out.append(": <").append(m.from()).append('>');
        }
        if (!m.to().isEmpty()) {
            out.append(" to <").append(String.join(">, <", m.to())).append('>');
        }
        if (m.size() > 0) {
            out.append(", ").append(Human.size(m.size()));
        }
        if (!m.subject().isEmpty()) {
            out.append(", subject \"").append(m.subject()).append('"');
        }
        return out.toString();
    }

    private static String decided(TracedMessage m) {
        StringBuilder out = new StringBuilder(m.disposition());
        if (!m.stage().equals("data")) {
            out.append(" at ").append(m.stage());
        }
        if (m.id() != null) {
            out.append(" as ").append(m.id());
        }
        out.append(" by rule ").append(m.rule()).append(", reason ").append(m.reason());
        if (!m.detail().isEmpty()) {
            out.append(" (").append(m.detail()).append(')');
        }
        out.append(", configuration ").append(m.revision());
        if (!m.reply().isEmpty()) {
            out.append("; told: ").append(m.reply());
        }
        return out.toString();
    }

    private static List<String> screening(JsonNode detail) {
        List<String> lines = new ArrayList<>();
        JsonNode dnsbl = detail.path("dnsbl");
        if (dnsbl.isObject()) {
            lines.add(dnsLists(dnsbl));
        }
        for (JsonNode word : detail.path("greylisting")) {
            lines.add("greylisting: " + word.asString());
        }
        if (detail.path("country").isString()) {
            lines.add("country: " + detail.path("country").asString());
        }
        for (JsonNode scan : detail.path("scans")) {
            lines.add(scan(scan));
        }
        return lines;
    }

    private static String dnsLists(JsonNode dnsbl) {
        List<String> said = new ArrayList<>();
        int score = 0;
        for (JsonNode hit : dnsbl.path("hits")) {
            score += hit.path("weight").asInt();
            said.add(
                    hit.path("list").asString()
                            + "="
                            + hit.path("code").asString()
                            + " ("
                            + hit.path("subject").asString()
                            + " "
                            + hit.path("value").asString()
                            + ", "
                            + String.format(Locale.ROOT, "%+d", hit.path("weight").asInt())
                            + ")");
        }
        for (JsonNode list : dnsbl.path("unanswered")) {
            said.add(list.asString() + " did not answer");
        }
        return String.format(Locale.ROOT, "DNS lists %+d", score)
                + (said.isEmpty() ? ": no hit" : ": " + String.join(", ", said));
    }

    private static String scan(JsonNode scan) {
        StringBuilder out = new StringBuilder(scan.path("scanner").asString());
        out.append(' ').append(scan.path("outcome").asString());
        if (scan.has("score")) {
            out.append(", ")
                    .append(scan.path("score").asString())
                    .append(" of ")
                    .append(scan.path("required").asString());
        }
        String detail = scan.path("detail").asString("");
        if (!detail.isEmpty()) {
            out.append(": ").append(detail);
        }
        List<String> names = new ArrayList<>();
        scan.path("names").forEach(n -> names.add(n.asString()));
        if (!names.isEmpty() && !names.equals(List.of(detail))) {
            out.append(" [").append(String.join(", ", names)).append(']');
        }
        return out.toString();
    }

    private static List<String> verdicts(JsonNode detail) {
        List<String> lines = new ArrayList<>();
        String explanation = detail.path("explanation").asString("");
        if (!explanation.isEmpty()) {
            lines.add("client address: " + explanation);
        }
        lines.add("SPF " + one(detail.path("spf"), "domain", "mechanism"));
        lines.add("iprev " + one(detail.path("iprev"), "name"));
        for (JsonNode signature : detail.path("dkim")) {
            lines.add(
                    "DKIM "
                            + one(signature, "domain", "selector")
                            + (signature.path("aligned").asBoolean(false) ? ", aligned" : ""));
        }
        if (detail.path("dkim").isEmpty()) {
            lines.add("DKIM none: no signature");
        }
        if (!detail.path("arc").path("result").asString("none").equals("none")) {
            lines.add("ARC " + one(detail.path("arc")));
        }
        JsonNode dmarc = detail.path("dmarc");
        String policy = dmarc.path("policy").asString("");
        lines.add(
                "DMARC "
                        + one(dmarc, "author_domain")
                        + (policy.isEmpty() ? "" : ", its owner's policy is " + policy));
        return lines;
    }

    private static String one(JsonNode result, String... facts) {
        StringBuilder out = new StringBuilder(result.path("result").asString(""));
        for (String fact : facts) {
            String value = result.path(fact).asString("");
            if (!value.isEmpty()) {
                out.append(", ").append(fact.replace('_', ' ')).append(' ').append(value);
            }
        }
        return out.append(" [").append(result.path("reason").asString("")).append(']').toString();
    }

    private static List<Step> after(@Nullable TracedMessage message, List<TracedStep> traced) {
        List<Step> steps = new ArrayList<>();
        Set<String> missing = new HashSet<>(message == null ? List.of() : message.to());
        for (TracedStep step : traced) {
            switch (step) {
                case TracedStep.Attempt a -> {
                    steps.add(new Step(a.at(), attempt(a), Progress.UNDER_WAY));
                    if (a.outcome().equals("delivered")
                            && missing.remove(a.to())
                            && missing.isEmpty()) {
                        steps.add(
                                new Step(
                                        a.at(),
                                        "every recipient has it; the spool has let it go",
                                        Progress.DELIVERED));
                    }
                }
                case TracedStep.Progress p -> steps.add(progress(p));
                case TracedStep.Operation o ->
                        steps.add(
                                new Step(
                                        o.at(),
                                        o.who()
                                                + ": "
                                                + o.action()
                                                + (o.plan().isEmpty() ? "" : " by plan " + o.plan())
                                                + (o.why().isEmpty() ? "" : ", because " + o.why()),
                                        Progress.UNDER_WAY));
            }
        }
        return steps;
    }

    private static Step progress(TracedStep.Progress p) {
        return switch (p.kind()) {
            case "held" -> new Step(p.at(), "held until somebody acts: " + p.text(), Progress.HELD);
            case "over" -> new Step(p.at(), p.text(), Progress.DELIVERED);
            default -> new Step(p.at(), p.text(), Progress.UNDER_WAY);
        };
    }

    private static String attempt(TracedStep.Attempt a) {
        return a.outcome()
                + " for <"
                + a.to()
                + "> by "
                + a.downstream()
                + a.way()
                + " in attempt "
                + a.attempt()
                + " after "
                + a.took().toMillis()
                + " ms: "
                + a.reply()
                + (a.duplicate().isEmpty() ? "" : "; a duplicate is possible: " + a.duplicate())
                + (a.retry().isZero() ? "" : "; next try in " + Human.duration(a.retry()));
    }
}
