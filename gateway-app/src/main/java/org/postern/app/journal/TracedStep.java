package org.postern.app.journal;

import java.time.Duration;
import java.time.Instant;

/** What happened to a message after it was taken. */
public sealed interface TracedStep {
    /** When. */
    Instant at();

    /**
     * A delivery attempt for one recipient.
     *
     * @param to the recipient
     * @param outcome {@code delivered}, {@code deferred}, {@code failed} or {@code expired}
     * @param downstream who was asked
     * @param attempt number of the attempt
     * @param took how long it took
     * @param retry wait before the next one, zero where none follows
     * @param duplicate why there may be a second copy, or empty
     * @param way who was spoken to and how, or empty
     * @param reply what the downstream said
     */
    record Attempt(
            Instant at,
            String to,
            String outcome,
            String downstream,
            int attempt,
            Duration took,
            Duration retry,
            String duplicate,
            String way,
            String reply)
            implements TracedStep {}

    /**
     * Something else.
     *
     * @param kind {@code held}, {@code told} or {@code over}
     * @param text what, in words
     */
    record Progress(Instant at, String kind, String text) implements TracedStep {}

    /**
     * Somebody did something to it.
     *
     * @param who the operator
     * @param action such as {@code drop}
     * @param plan the plan's id, or empty
     * @param why the reason given, or empty
     */
    record Operation(Instant at, String who, String action, String plan, String why)
            implements TracedStep {}
}
