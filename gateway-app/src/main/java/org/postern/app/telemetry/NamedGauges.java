package org.postern.app.telemetry;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * The series of things with names that come and go with configurations, such as lists and sources:
 * one of each meter for each of them, as long as it is there. Else each name that was ever
 * configured would leave its series behind for ever. Thread-safe.
 */
public final class NamedGauges {
    private final Metrics metrics;
    private final List<Gauge> gauges = new ArrayList<>();
    private final List<Counter> counters = new ArrayList<>();
    private final Set<String> shown = new HashSet<>();

    private record Gauge(String meter, ToDoubleFunction<String> value, String label) {}

    private record Counter(String meter, String label) {}

    /** None yet. */
    public NamedGauges(Metrics metrics) {
        this.metrics = metrics;
    }

    /**
     * Has a gauge for each.
     *
     * @param value called with its name at each scrape
     * @param label the label that has the name
     */
    public synchronized NamedGauges gauge(
            String meter, ToDoubleFunction<String> value, String label) {
        gauges.add(new Gauge(meter, value, label));
        return this;
    }

    /** Has what others count by a label with the name go with it. */
    public synchronized NamedGauges andCounter(String meter, String label) {
        counters.add(new Counter(meter, label));
        return this;
    }

    /** These are there now, and no others. */
    public synchronized void show(Set<String> names) {
        shown.removeIf(name -> !names.contains(name) && forgotten(name));
        for (String name : names) {
            if (shown.add(name)) {
                gauges.forEach(g ->
                        metrics.gauge(
                                g.meter(), () -> g.value().applyAsDouble(name), g.label(), name));
            }
        }
    }

    private boolean forgotten(String name) {
        gauges.forEach(g -> metrics.forget(g.meter(), g.label(), name));
        counters.forEach(c -> metrics.forget(c.meter(), c.label(), name));
        return true;
    }
}
