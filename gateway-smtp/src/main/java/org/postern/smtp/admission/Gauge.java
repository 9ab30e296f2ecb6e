package org.postern.smtp.admission;

import java.util.function.DoubleSupplier;

/**
 * One measure of load for the {@link OverloadController}.
 *
 * @param name a stable word for logs and status, such as {@code spool-latency}
 * @param load the load now: 0 at rest, 1 at the point where nobody else may enter. Called a few
 *     times a second from one thread; must not block
 */
public record Gauge(String name, DoubleSupplier load) {}
