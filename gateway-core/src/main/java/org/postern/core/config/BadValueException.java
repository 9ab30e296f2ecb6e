package org.postern.core.config;

/** Says what is wrong with one value; the message goes on after the key's name. */
final class BadValueException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int position;

    BadValueException(String message) {
        this(message, 0);
    }

    /** A trouble {@code position} characters into the value. */
    BadValueException(String message, int position) {
        super(message);
        this.position = position;
    }

    int position() {
        return position;
    }
}
