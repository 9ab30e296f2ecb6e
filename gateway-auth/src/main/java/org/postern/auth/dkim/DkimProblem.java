package org.postern.auth.dkim;

import org.jspecify.annotations.Nullable;

/**
 * Why a signature cannot be verified.
 *
 * @param reason the stable reason
 * @param detail one line for people
 */
public record DkimProblem(DkimReason reason, String detail) {

    /** Carries a problem out of a parser; seen by nobody else. */
    static final class Found extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient DkimProblem problem;

        Found(DkimReason reason, String detail) {
            super(detail, null, false, false); // thrown by anybody's mail: no stack trace
            this.problem = new DkimProblem(reason, detail);
        }

        DkimProblem problem() {
            return problem;
        }
    }

    static void require(boolean holds, DkimReason reason, String detail) throws Found {
        if (!holds) {
            throw new Found(reason, detail);
        }
    }

    static <T> T present(@Nullable T value, DkimReason reason, String detail) throws Found {
        if (value == null) {
            throw new Found(reason, detail);
        }
        return value;
    }
}
