package org.postern.auth.dkim;

import org.jspecify.annotations.Nullable;

/**
 * What became of one signature.
 *
 * @param reason what decided
 * @param keyBits size of the key, 0 where none was read
 * @param testing whether the key record says {@code t=y}
 * @param detail one line for people, or null
 */
public record SignatureOutcome(
        DkimReason reason, int keyBits, boolean testing, @Nullable String detail) {

    static SignatureOutcome of(DkimProblem problem) {
        return new SignatureOutcome(problem.reason(), 0, false, problem.detail());
    }

    /** Whether the signature verifies. */
    public boolean passed() {
        return reason == DkimReason.PASS || reason == DkimReason.PASS_PARTIAL_BODY;
    }
}
