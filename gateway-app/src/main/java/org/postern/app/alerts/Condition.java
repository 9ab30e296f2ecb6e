package org.postern.app.alerts;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.postern.core.config.AlertsConfig.Severity;

/**
 * Something that can be wrong.
 *
 * @param name its name, that of the alert and of its runbook
 * @param severity how urgent it is
 * @param lasts how long it must be wrong before anybody is told
 * @param look what is wrong now, one line without addresses of people; empty while all is well.
 *     Quick, on the alerts' thread
 */
record Condition(String name, Severity severity, Duration lasts, Supplier<Optional<String>> look) {}
