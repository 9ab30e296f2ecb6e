package org.postern.core.greylist;

import java.time.Duration;

/** What greylisting says of a triplet. */
public sealed interface GreylistAnswer {
    /**
     * It came back in time, or is known from before.
     *
     * @param first whether it has just passed for the first time
     */
    record Passed(boolean first) implements GreylistAnswer {}

    /**
     * It has to wait.
     *
     * @param why whether it is new, came too early, or its network has too much waiting
     * @param left until it may come back
     */
    record Wait(Why why, Duration left) implements GreylistAnswer {}

    /** Why a triplet waits. */
    enum Why {
        /** It was never seen, or so long ago that it does not count. */
        NEW("new"),
        /** It came back before the delay was over. */
        EARLY("early"),
        /** Its network has as much waiting as one may have; it is not remembered. */
        CROWDED("crowded");

        private final String word;

        Why(String word) {
            this.word = word;
        }

        /** The word in reasons and metrics. */
        public String word() {
            return word;
        }
    }
}
