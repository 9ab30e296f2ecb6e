package org.postern.core.authres;

/**
 * What the verdicts taken together ask for, before any local rule: the author domain's policy with
 * the exceptions that the configuration lists. Policy may follow it or not; it is never applied by
 * the evaluators themselves.
 *
 * @param action what to do with the message
 * @param reason stable dotted code of what decided, such as {@code dmarc.fail.spf-fail.dkim-none}
 *     or {@code dmarc.override.trusted-arc}
 * @param explanation one line that a sender's postmaster can act on; no line breaks
 */
public record Advice(Action action, String reason, String explanation) {

    /** What is advised. */
    public enum Action {
        /** Nothing speaks against the message. */
        ACCEPT,
        /** Deliver apart from ordinary mail. */
        QUARANTINE,
        /** Refuse for good, 5yz. */
        REJECT,
        /** Refuse for now, 4yz: the answer needs something that could not be known in time. */
        DEFER
    }
}
