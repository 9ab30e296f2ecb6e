package org.postern.queue.surgery;

/** Says why a selection, plan or undo cannot be had: one line for whoever asked. */
public final class SurgeryException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What is wrong and what is allowed. */
    public SurgeryException(String message) {
        super(message);
    }

    /** The same, with what the system said. */
    public SurgeryException(String message, Throwable cause) {
        super(message, cause);
    }
}
