package org.postern.queue.spool;

import java.time.Duration;
import java.util.Map;
import org.postern.core.mail.Recipient;

/**
 * What one attempt came to. Recipients that are not named stay as they were.
 *
 * @param outcomes new status of each recipient that was tried; the recipient in the value is
 *     ignored
 * @param retryAfter wait before the next attempt if any recipient is still pending
 * @param reason why the entry is held if no recipient is pending and one failed
 * @param endsClaim whether the attempt is over; false while other recipients of it are still being
 *     tried elsewhere
 * @param marks what is noted with an entry that goes on, see {@link Marks}
 */
public record AttemptResult(
        Map<Recipient, RecipientStatus> outcomes,
        Duration retryAfter,
        String reason,
        boolean endsClaim,
        Map<String, String> marks) {
    public AttemptResult {
        outcomes = Map.copyOf(outcomes);
        marks = Map.copyOf(marks);
        if (retryAfter.isNegative()) {
            throw new IllegalArgumentException("retryAfter is negative: " + retryAfter);
        }
    }

    /** Without marks. */
    public AttemptResult(
            Map<Recipient, RecipientStatus> outcomes,
            Duration retryAfter,
            String reason,
            boolean endsClaim) {
        this(outcomes, retryAfter, reason, endsClaim, Map.of());
    }
}
