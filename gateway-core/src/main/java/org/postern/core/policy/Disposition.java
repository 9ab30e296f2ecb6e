package org.postern.core.policy;

import java.util.Locale;

/** What becomes of the thing decided on. */
public enum Disposition {
    /** It goes on. */
    ACCEPT("accepted"),
    /** It goes on, marked by a header field. */
    TAG("tagged"),
    /** The message is taken and held, to be released or dropped by a person. */
    QUARANTINE("quarantined"),
    /** Refused for good, 5yz. */
    REJECT("rejected"),
    /** Refused for now, 4yz. */
    DEFER("deferred");

    private final String word = name().toLowerCase(Locale.ROOT);
    private final String outcome;

    Disposition(String outcome) {
        this.outcome = outcome;
    }

    /** The word in configuration, logs and metrics. */
    public String word() {
        return word;
    }

    /** What it was, once it is done: the word in the journal, in headers and in metrics. */
    public String outcome() {
        return outcome;
    }
}
