package org.postern.app.country;

/** A database of countries cannot be used; the message says why, for the operator. */
public final class CountryFileException extends Exception {
    private static final long serialVersionUID = 1L;

    CountryFileException(String message) {
        super(message);
    }

    CountryFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
