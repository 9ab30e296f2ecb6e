package org.postern.app.scan;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.postern.core.scan.FieldChanges;
import org.postern.core.scan.ScanResult;
import org.postern.core.scan.ScanResult.Outcome;

/**
 * The header fields that users of these scanners filter by. Of Rspamd those that its milter adds
 * before Postfix: {@code X-Spam}, {@code X-Spam-Status}, {@code X-Spam-Level}, {@code X-Spamd-Bar},
 * {@code X-Spamd-Result} and {@code X-Rspamd-Action}, and {@code X-Spam-Score}, and SpamAssassin's
 * {@code X-Spam-Flag}, which most filters of mailbox stores look for; of clamd those of
 * clamav-milter: {@code X-Virus-Scanned} and {@code X-Virus-Status}.
 */
public final class ScanFields {
    /** Stars at most. */
    private static final int MAX_LEVEL = 50;

    private static final int MAX_LINE = 74;

    /** Behind a line end that no folding follows (RFC 5322, 2.2.3). */
    private static final Pattern NEXT_FIELD = Pattern.compile("(?<=\\n)(?![ \\t])");

    private ScanFields() {}

    /**
     * The fields of all results, each with its line end.
     *
     * @param added what a scanner itself wants added; where one of these has the name of a field
     *     that we would write, it is written as the scanner has it and not twice
     */
    public static String of(
            List<ScanResult> results, List<FieldChanges.Added> added, String hostname) {
        StringBuilder own = new StringBuilder();
        for (ScanResult result : results) {
            switch (result.scanner()) {
                case RSPAMD -> spam(own, result);
                case CLAMAV -> virus(own, result, hostname);
            }
        }
        Set<String> theirs = new HashSet<>();
        StringBuilder out = new StringBuilder();
        for (FieldChanges.Added field : added) {
            theirs.add(field.name().toLowerCase(Locale.ROOT));
            out.append(field.name()).append(": ").append(field.value()).append("\r\n");
        }
        for (String field : NEXT_FIELD.split(own, -1)) {
            String name = field.substring(0, Math.max(0, field.indexOf(':')));
            if (!theirs.contains(name.toLowerCase(Locale.ROOT))) {
                out.append(field);
            }
        }
        return out.toString();
    }

    private static void spam(StringBuilder out, ScanResult r) {
        if (r.outcome() == Outcome.FAILED || r.outcome() == Outcome.TOO_LARGE) {
            out.append("X-Spam-Status: No, not scanned (")
                    .append(r.outcome().word())
                    .append(")\r\n");
            return;
        }
        boolean spam =
                r.outcome() == Outcome.SPAM
                        || r.outcome() == Outcome.REJECT
                        || r.outcome() == Outcome.QUARANTINE;
        if (spam) {
            out.append("X-Spam: Yes\r\nX-Spam-Flag: YES\r\n");
        }
        StringBuilder line =
                new StringBuilder(
                        String.format(
                                Locale.ROOT,
                                "X-Spam-Status: %s, score=%.2f required=%.2f tests=[",
                                spam ? "Yes" : "No",
                                r.score(),
                                r.required()));
        for (int i = 0; i < r.names().size(); i++) {
            String name = r.names().get(i) + (i + 1 < r.names().size() ? "," : "");
            if (line.length() + name.length() > MAX_LINE) {
                out.append(line).append("\r\n");
                line = new StringBuilder("\t"); // RFC 5322, 2.2.3
            } else if (i > 0) {
                line.append(' ');
            }
            line.append(name);
        }
        out.append(line).append("]\r\n");
        result(out, r, spam);
        out.append(String.format(Locale.ROOT, "X-Spam-Score: %.2f\r\n", r.score()));
        int level = Math.clamp((long) r.score(), 0, MAX_LEVEL);
        if (level > 0) {
            out.append("X-Spam-Level: ").append("*".repeat(level)).append("\r\n");
        }
    }

    /** As mail programs' add-ons read scores and symbols: each symbol on a line of its own. */
    private static void result(StringBuilder out, ScanResult r, boolean spam) {
        out.append(
                String.format(
                        Locale.ROOT,
                        "X-Spamd-Result: default: %s [%.2f / %.2f]",
                        spam ? "True" : "False",
                        r.score(),
                        r.required()));
        for (String name : r.names()) {
            out.append(";\r\n\t").append(name.replaceFirst("=(.*)$", "($1)[]"));
        }
        out.append("\r\nX-Spamd-Bar: ").append(bar(r.score())).append("\r\n");
        out.append("X-Rspamd-Action: ").append(r.detail()).append("\r\n");
    }

    private static String bar(double score) {
        int length = Math.clamp((long) Math.abs(score), 0, MAX_LEVEL);
        return length == 0 ? "/" : (score > 0 ? "+" : "-").repeat(length);
    }

    private static void virus(StringBuilder out, ScanResult r, String hostname) {
        if (r.outcome() == Outcome.CLEAN || r.outcome() == Outcome.INFECTED) {
            // by this field alone filters believe that a message was scanned
            out.append("X-Virus-Scanned: clamav at ").append(hostname).append("\r\n");
        }
        out.append("X-Virus-Status: ")
                .append(
                        switch (r.outcome()) {
                            case INFECTED -> "Infected (" + String.join(", ", r.names()) + ")";
                            case CLEAN -> "Clean";
                            case TOO_LARGE, FAILED, SPAM, REJECT, SOFT_REJECT, QUARANTINE ->
                                    "Not scanned (" + r.outcome().word() + ")";
                        })
                .append("\r\n");
    }
}
