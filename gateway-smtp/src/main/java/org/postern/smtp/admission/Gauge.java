package org.postern.smtp.admission;

import java.util.function.DoubleSupplier;

/**
 * One measure of load for the {@link OverloadController}.
 *
 * @param name a stable word for logs and status, such as {@code spool-latency}
 * @param load the load now: 0 at rest, 1 at the point where nobody else may enter. Must not block
 * @param exact whether it is read for each who knocks, as a number that they themselves raise must
 *     be; else a few times a second
 */
public record Gauge(String name, DoubleSupplier load, boolean exact) {
    /** A measure that is read a few times a second. */
    public Gauge(String name, DoubleSupplier load) {
        this(name, load, false);
    }
}
