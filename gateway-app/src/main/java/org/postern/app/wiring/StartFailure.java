package org.postern.app.wiring;

/** Why the gateway did not start: one line or several, each with place and remedy. */
public final class StartFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /** A failure that a person reads. */
    public StartFailure(String message) {
        super(message);
    }

    /** A failure with what the system said. */
    public StartFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
