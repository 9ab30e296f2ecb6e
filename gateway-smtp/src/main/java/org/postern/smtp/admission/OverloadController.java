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

    /** How long one reading of the dear gauges is used: thousands may knock in a second. */
    private static final Duration READING_LASTS = Duration.ofMillis(100);

    private final List<Gauge> sampled;
    private final List<Gauge> exact;
    private final TimeSource time;
    private volatile Reading reading;

    /** The load and where it comes from at one moment. */
    private record Reading(double load, String worst, long takenNanos) {}

    /** A controller over these gauges. */
    public OverloadController(List<Gauge> gauges, TimeSource time) {
        this.sampled = gauges.stream().filter(g -> !g.exact()).toList();
        this.exact = gauges.stream().filter(Gauge::exact).toList();
        this.time = time;
        this.reading = worse(new Reading(0, "", time.nanoTime()), sampled);
    }

    private static Reading worse(Reading than, List<Gauge> gauges) {
        Reading worst = than;
        for (Gauge gauge : gauges) {
            double load = gauge.load().getAsDouble();
            if (load > worst.load()) {
                worst = new Reading(load, gauge.name(), than.takenNanos());
            }
        }
        return worst;
    }

    private Reading current() {
        Reading last = reading;
        long now = time.nanoTime();
        if (now - last.takenNanos() >= READING_LASTS.toNanos()) {
            last = worse(new Reading(0, "", now), sampled);
            reading = last;
        }
        return worse(last, exact);
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
