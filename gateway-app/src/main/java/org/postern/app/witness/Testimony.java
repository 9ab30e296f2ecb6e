package org.postern.app.witness;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** What a witness saw, for the log, the alerts and the journal. */
public sealed interface Testimony {
    /** When it was seen, by the wall clock. */
    Instant at();

    /** In words, one line. */
    String text();

    /**
     * The wall clock was set.
     *
     * @param at what it says now
     * @param step how far it moved against the monotonic clock: negative when it was set back
     */
    record ClockStepped(Instant at, Duration step) implements Testimony {
        @Override
        public String text() {
            return String.format(
                    Locale.ROOT,
                    "the wall clock was set %s by %.3f s: it says %s now and would have said %s",
                    step.isNegative() ? "back" : "forward",
                    step.abs().toMillis() / 1000.0,
                    at,
                    at.minus(step));
        }
    }

    /**
     * The spool's disk takes no writes.
     *
     * @param at when that was seen
     * @param why what the system said
     */
    record DiskStopped(Instant at, String why) implements Testimony {
        @Override
        public String text() {
            return "the spool takes no mail: " + why;
        }
    }

    /**
     * The spool's disk takes writes again.
     *
     * @param at when that was seen
     * @param after how long it did not
     */
    record DiskResumed(Instant at, Duration after) implements Testimony {
        @Override
        public String text() {
            return "the spool takes mail again, after " + after.toSeconds() + " s";
        }
    }
}
