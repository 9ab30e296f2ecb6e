package org.postern.app.telemetry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The page of all metrics, made from the places in the source that keep them. */
final class MetricsPage {
    private static final Pattern CALL =
            Pattern.compile("\\b(counter|count|time|gauge)\\(\\s*\"([a-z.]+)\"");
    private static final Pattern LABEL = Pattern.compile("\"([a-z_]+)\"");

    private static final String HEAD =
            """
            # Metrics

            What `GET /metrics` shows to Prometheus. Beside these there are the usual `jvm_*` and `process_*`. Histograms have
            `_bucket`, `_sum` and `_count`. Most counters appear with their first count. Labels come from bounded sets:
            never an address, a sender's domain or an id; a running gateway shows fewer than 2,000 series. This page is made from the
            source (`MetricsPageTest`); which of them wake somebody is in [alerts.yml](../config/prometheus/alerts.yml).

            | metric | kind | labels | |
            |---|---|---|---|
            """;

    private MetricsPage() {}

    /** Kind and labels of one metric, over all places that keep it. */
    private record Kept(String kind, Set<String> labels) {}

    static String markdown(Path root) throws IOException {
        Map<String, Kept> all = kept(root);
        StringBuilder page = new StringBuilder(HEAD);
        new TreeMap<>(MetricHelp.all())
                .forEach((name, help) -> {
                    Kept kept = all.get(name);
                    if (kept == null) {
                        throw new AssertionError("nothing keeps the metric " + name);
                    }
                    page.append("| `")
                            .append(exported(name, kept.kind()))
                            .append("` | ")
                            .append(kept.kind())
                            .append(" | ")
                            .append(String.join(", ", kept.labels()))
                            .append(" | ")
                            .append(help)
                            .append(" |\n");
                });
        return page.toString();
    }

    private static String exported(String name, String kind) {
        String words = "postern_" + name.replace('.', '_');
        return switch (kind) {
            case "counter" -> words + "_total";
            case "histogram" -> words + "_seconds";
            default -> words;
        };
    }

    private static Map<String, Kept> kept(Path root) throws IOException {
        Map<String, Kept> all = new TreeMap<>();
        try (Stream<Path> sources = Files.walk(root.resolve("gateway-app/src/main/java"))) {
            for (Path source : sources.filter(p -> p.toString().endsWith(".java")).toList()) {
                String text = Files.readString(source);
                Matcher call = CALL.matcher(text);
                while (call.find()) {
                    if (!MetricHelp.all().containsKey(call.group(2))) {
                        continue; // another method of that name
                    }
                    String kind =
                            switch (call.group(1)) {
                                case "count", "counter" -> "counter";
                                case "time" -> "histogram";
                                default -> "gauge";
                            };
                    Kept kept =
                            all.computeIfAbsent(
                                    call.group(2), n -> new Kept(kind, new LinkedHashSet<>()));
                    if (!kept.kind().equals(kind)) {
                        throw new AssertionError(call.group(2) + " is kept as two kinds");
                    }
                    kept.labels().addAll(labels(kind, arguments(text, call.end())));
                }
            }
        }
        return all;
    }

    /** Labels stand before their values, at the end; a gauge and a time have a value first. */
    private static List<String> labels(String kind, List<String> arguments) {
        List<String> labels = new ArrayList<>();
        boolean amount = !kind.equals("counter") || arguments.size() % 2 == 1;
        for (int i = amount ? 1 : 0; i < arguments.size(); i += 2) {
            Matcher label = LABEL.matcher(arguments.get(i));
            if (label.matches()) {
                labels.add(label.group(1));
            }
        }
        return labels;
    }

    /** The arguments after the first one, from where that ends to the closing bracket. */
    private static List<String> arguments(String text, int from) {
        List<String> arguments = new ArrayList<>();
        int depth = 0;
        int start = -1;
        boolean quoted = false;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            quoted ^= c == '"';
            char sign = quoted ? '"' : c;
            if (sign == '(' || sign == '{' || sign == '[') {
                depth++;
            } else if ((sign == ',' || sign == ')') && depth == 0) {
                if (start >= 0) {
                    arguments.add(text.substring(start, i).strip());
                }
                start = i + 1;
                if (sign == ')') {
                    return arguments;
                }
            } else if (sign == ')' || sign == '}' || sign == ']') {
                depth--;
            }
        }
        throw new AssertionError("a call that does not end");
    }
}
