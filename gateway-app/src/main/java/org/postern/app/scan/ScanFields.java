package org.postern.app.scan;

import java.util.List;
import java.util.Locale;
import org.postern.core.scan.ScanResult;
import org.postern.core.scan.ScanResult.Outcome;

/**
 * The header fields that users of these scanners filter by. Of Rspamd those that its milter adds
 * before Postfix: {@code X-Spam}, {@code X-Spam-Status}, {@code X-Spam-Level}, {@code X-Spamd-Bar},
 * {@code X-Spamd-Result} and {@code X-Rspamd-Action}, and {@code X-Spam-Score}; of clamd those of
 * clamav-milter: {@code X-Virus-Scanned} and {@code X-Virus-Status}.
 */
public final class ScanFields {
    /** Stars at most. */
    private static final int MAX_LEVEL = 50;

    private static final int MAX_LINE = 74;

    private ScanFields() {}

    /** The fields of all results, each with its line end. */
    public static String of(List<ScanResult> results, String hostname) {
        StringBuilder out = new StringBuilder();
        for (ScanResult result : results) {
            switch (result.scanner()) {
                case RSPAMD -> spam(out, result);
                case CLAMAV -> virus(out, result, hostname);
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
        boolean spam = r.outcome() == Outcome.SPAM || r.outcome() == Outcome.REJECT;
        if (spam) {
            out.append("X-Spam: Yes\r\n");
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
        out.append("X-Virus-Scanned: clamav at ").append(hostname).append("\r\n");
        out.append("X-Virus-Status: ")
                .append(
                        switch (r.outcome()) {
                            case INFECTED -> "Infected (" + String.join(", ", r.names()) + ")";
                            case TOO_LARGE, FAILED -> "Not scanned (" + r.outcome().word() + ")";
                            case CLEAN, SPAM, REJECT, SOFT_REJECT -> "Clean";
                        })
                .append("\r\n");
    }
}
