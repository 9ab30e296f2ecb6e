package org.postern.auth.spf;

/** Whether a mechanism matches, or ends the check. */
sealed interface SpfMatch {
    /** It does or does not. */
    enum Answer implements SpfMatch {
        YES,
        NO
    }

    /** The check ends here, with this. */
    record Stop(SpfOutcome outcome) implements SpfMatch {}

    static SpfMatch of(boolean yes) {
        return yes ? Answer.YES : Answer.NO;
    }
}
