package org.postern.app.journal;

import java.io.Serial;

/** A selection that cannot be meant; the message names the option and what is allowed. */
public final class SelectionException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    /** One with this message. */
    public SelectionException(String message) {
        super(message);
    }

    /** One that another exception caused. */
    public SelectionException(String message, Throwable cause) {
        super(message, cause);
    }
}
