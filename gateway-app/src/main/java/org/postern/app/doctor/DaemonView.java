package org.postern.app.doctor;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * What the running gateway says of itself.
 *
 * @param metrics its metrics without labels, by name; empty if it did not answer
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

    /** What a scrape in the text format says; series with labels are left out. */
    public static DaemonView ofScrape(String text) {
        return new DaemonView(
                text.lines()
                        .filter(l -> !l.startsWith("#") && l.indexOf('{') < 0)
                        .map(l -> l.split(" ", -1))
                        .filter(parts -> parts.length == 2 && number(parts[1]).isPresent())
                        .collect(
                                Collectors.toMap(
                                        parts -> parts[0],
                                        parts -> number(parts[1]).orElseThrow(),
                                        (first, again) -> first)),
                "");
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

    /** One figure, where the gateway runs and has it. */
    public OptionalDouble metric(String name) {
        Double value = metrics.get(name);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
}
