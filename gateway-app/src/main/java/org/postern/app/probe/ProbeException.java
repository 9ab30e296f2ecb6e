package org.postern.app.probe;

/** Ends one message's way with the step at which it was not as it must be. */
final class ProbeException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Step step;

    /**
     * @param step where
     * @param detail what was seen, one line
     */
    ProbeException(Step step, String detail) {
        super(detail);
        this.step = step;
    }

    ProbeException(Step step, String detail, Throwable cause) {
        super(detail, cause);
        this.step = step;
    }

    Step step() {
        return step;
    }

    String detail() {
        return String.valueOf(getMessage());
    }
}
