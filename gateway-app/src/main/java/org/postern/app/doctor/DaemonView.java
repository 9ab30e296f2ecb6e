package org.postern.app.doctor;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What the running gateway says of itself.
 *
 * @param metrics its metrics, by name with the labels as they are written; empty if it did not
 *     answer
 * @param absence why it did not answer; empty if it did
 */
public record DaemonView(Map<String, Double> metrics, String absence) {
    public DaemonView {
        metrics = Map.copyOf(metrics);
    }

    /** Nobody answered. */
    public static DaemonView absent(String why) {
        return new DaemonView(Map.of(), why);
    }

    /** What a scrape in the text format says. */
    public static DaemonView ofScrape(String text) {
        return new DaemonView(
                text.lines()
                        .filter(l -> !l.startsWith("#") && number(value(l)).isPresent())
                        .collect(
                                Collectors.toMap(
                                        l -> l.substring(0, l.lastIndexOf(' ')),
                                        l -> number(value(l)).orElseThrow(),
                                        (first, again) -> first)),
                "");
    }

    private static String value(String line) {
        return line.substring(line.lastIndexOf(' ') + 1);
    }

    private static Optional<Double> number(String text) {
        try {
            return Optional.of(Double.parseDouble(text));
        } catch (NumberFormatException e) {
            return Optional.empty(); // a line of another kind is no metric of ours
        }
    }

    /** Whether it answered. */
    public boolean runs() {
        return absence.isEmpty();
    }

    /** The figures of a metric with one label, by what the label says, in its order. */
    public Map<String, Double> metricBy(String label, String name) {
        String start = name + "{" + label + "=\"";
        Map<String, Double> found = new TreeMap<>();
        metrics.forEach((series, value) -> {
            if (series.startsWith(start) && series.endsWith("\"}")) {
                found.put(series.substring(start.length(), series.length() - 2), value);
            }
        });
        return found;
    }

    /** One figure without labels, where the gateway runs and has it. */
    public OptionalDouble metric(String name) {
        Double value = metrics.get(name);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
}
