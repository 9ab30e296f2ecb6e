package org.postern.core.policy;

import java.util.Locale;

/** What becomes of the thing decided on. */
public enum Disposition {
    /** It goes on. */
    ACCEPT,
    /** It goes on, marked by a header field. */
    TAG,
    /** The message is taken and held, to be released or dropped by a person. */
    QUARANTINE,
    /** Refused for good, 5yz. */
    REJECT,
    /** Refused for now, 4yz. */
    DEFER;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** The word in configuration, logs and metrics. */
    public String word() {
        return word;
    }
}
