package org.postern.app.state;

import java.time.Instant;
import org.postern.core.config.AlertsConfig.Severity;

/**
 * One thing that is or was wrong.
 *
 * @param name such as {@code PosternQueueOld}; behind a slash, which of several of its kind, as in
 *     {@code PosternVerdictGuard/own:example.net}
 * @param severity how urgent it is
 * @param summary what is wrong, one line
 * @param since when it began, by the wall clock
 */
public record Alert(String name, Severity severity, String summary, Instant since) {
    /** Where to read what to do; empty for an alert that another part raised. */
    public String runbook() {
        int kind = name.indexOf('/');
        return name.startsWith("Postern")
                ? "docs/runbooks/" + (kind < 0 ? name : name.substring(0, kind)) + ".md"
                : "";
    }
}
