package org.postern.core.authres;

import java.util.Locale;

/** The result words of RFC 8601, 2.7, over all methods. Each method uses its own part of them. */
public enum AuthResult {
    /** No check was possible or asked for: nothing is said, good or bad. */
    NONE,
    /** The check succeeded. */
    PASS,
    /** The check failed; this is known, not guessed. */
    FAIL,
    /** SPF {@code ~all}. */
    SOFTFAIL,
    /** The message was checked, but local policy does not accept the evidence (RFC 8601, 2.7.1). */
    POLICY,
    /** The publisher makes no statement, or what was found cannot be processed. */
    NEUTRAL,
    /** A trouble that may pass, DNS above all. Never turned into a failure. */
    TEMPERROR,
    /** A trouble that stays until its owner mends it, such as a broken record. */
    PERMERROR;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** The word on the wire. */
    public String word() {
        return word;
    }
}
