package org.postern.app.probe;

import java.time.Duration;

/**
 * What became of one message.
 *
 * @param leg which
 * @param step where it ended; {@link Step#DONE} when all was as it must be
 * @param detail what was seen there, one line
 * @param took from the connection to the end
 */
public record Outcome(Leg leg, Step step, String detail, Duration took) {
    /** Whether all was as it must be. */
    public boolean good() {
        return step == Step.DONE;
    }

    /** For log and alert. */
    public String text() {
        return leg.word()
                + (good()
                        ? " message: as it must be, after " + took.toMillis() + " ms"
                        : " message failed at step " + step.word() + ": " + detail);
    }
}
