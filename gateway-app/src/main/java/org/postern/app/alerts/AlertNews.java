package org.postern.app.alerts;

import org.postern.app.state.Alert;

/**
 * What is told.
 *
 * @param alert what it is about
 * @param kind whether it begins, lasts or is over
 */
record AlertNews(Alert alert, Kind kind) {
    /** What happened to an alert. */
    enum Kind {
        /** It began. */
        FIRING,
        /** It lasts; told again after {@code alerts.repeat}. */
        STILL_FIRING,
        /** It is over. */
        RESOLVED
    }
}
