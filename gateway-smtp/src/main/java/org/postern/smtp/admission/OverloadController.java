package org.postern.smtp.admission;

import java.time.Duration;
import java.util.List;
import org.postern.core.time.TimeSource;

/**
 * The one place that says whether there is room for more. It takes the worst of its gauges: from
 * {@link #SHED_STRANGERS} on strangers are turned away, from 1 on everybody. Turning away is a 421
 * at once; nobody is left hanging. Thread-safe.
 */
public final class OverloadController {
    /** The load from which strangers are shed. */
    public static final double SHED_STRANGERS = 0.9;

    /** The gauge of {@code limits.connections}. */
    public static final String CONNECTIONS = "connections";

    /** How much the gateway takes. */
    public enum State {
        /** Room for everybody. */
        OPEN,
        /** Only known good clients. */
        SHED_STRANGERS,
        /** Nobody. */
        CLOSED
    }

    /** How long one reading of the gauges is used: thousands may knock in a second. */
    private static final Duration READING_LASTS = Duration.ofMillis(100);

    private final List<Gauge> gauges;
    private final TimeSource time;
    private volatile Reading reading;

    /** The load and where it comes from at one moment. */
    private record Reading(double load, String worst, long takenNanos) {}

    /** A controller over these gauges. */
    public OverloadController(List<Gauge> gauges, TimeSource time) {
        this.gauges = List.copyOf(gauges);
        this.time = time;
        this.reading = take(this.gauges, time);
    }

    private static Reading take(List<Gauge> gauges, TimeSource time) {
        String name = "";
        double worst = 0;
        for (Gauge gauge : gauges) {
            double load = gauge.load().getAsDouble();
            if (load > worst) {
                worst = load;
                name = gauge.name();
            }
        }
        return new Reading(worst, name, time.nanoTime());
    }

    private Reading current() {
        Reading last = reading;
        if (time.nanoTime() - last.takenNanos() < READING_LASTS.toNanos()) {
            return last;
        }
        Reading fresh = take(gauges, time);
        reading = fresh;
        return fresh;
    }

    /** The load now: the worst gauge, 0 without any. */
    public double load() {
        return current().load();
    }

    /** The name of the worst gauge, or an empty text while there is no load. */
    public String worst() {
        return current().worst();
    }

    /** What the load means now. */
    public State state() {
        double load = load();
        if (load >= 1) {
            return State.CLOSED;
        }
        return load >= SHED_STRANGERS ? State.SHED_STRANGERS : State.OPEN;
    }
}
