package org.postern.auth.results;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The results that an Authentication-Results field reports, ours or another's (RFC 8601, 2.2). What
 * does not fit the grammar is left out; the rest counts.
 *
 * @param authservId who says so, empty where nobody is named
 * @param results one for each result, in order
 */
public record ReportedResults(String authservId, List<Reported> results) {
    /** Results that are read; no honest field has more. */
    private static final int MAX_RESULTS = 100;

    private static final int MAX_PROPERTIES = 20;

    public ReportedResults {
        results = List.copyOf(results);
    }

    /**
     * One result.
     *
     * @param method in lower case, such as {@code dkim}
     * @param result in lower case, such as {@code pass}
     * @param properties by {@code ptype.property} in lower case
     */
    public record Reported(String method, String result, Map<String, String> properties) {
        public Reported {
            properties = Map.copyOf(properties);
        }
    }

    /** Reads a field's value, folded or not. Never fails. */
    public static ReportedResults parse(String value) {
        ResultsScanner scanner = new ResultsScanner(value);
        String id = scanner.value(";");
        List<Reported> results = new ArrayList<>();
        scanner.skipToNextResult(); // the version, if there is one
        while (!scanner.atEnd() && results.size() < MAX_RESULTS) {
            Reported result = result(scanner);
            if (result != null) {
                results.add(result);
            }
            scanner.skipToNextResult();
        }
        return new ReportedResults(id == null ? "" : id, results);
    }

    /** Whether some result of this method has this word. */
    public boolean says(String method, String result) {
        return results.stream()
                .anyMatch(r -> r.method().equals(method) && r.result().equals(result));
    }

    private static @Nullable Reported result(ResultsScanner scanner) {
        String method = scanner.value(";=/");
        if (method != null && scanner.take('/')) {
            var _ = scanner.value(";="); // the method's version
        }
        if (method == null || !scanner.take('=')) {
            return null; // "none", or nothing that can be read
        }
        String result = scanner.value(";=");
        if (result == null) {
            return null;
        }
        Map<String, String> properties = new LinkedHashMap<>();
        while (properties.size() < MAX_PROPERTIES) {
            String name = scanner.value(";=");
            if (name == null || !scanner.take('=')) {
                break;
            }
            String value = scanner.value(";");
            if (value != null) {
                properties.putIfAbsent(name.toLowerCase(Locale.ROOT), value);
            }
        }
        return new Reported(
                method.toLowerCase(Locale.ROOT), result.toLowerCase(Locale.ROOT), properties);
    }
}
