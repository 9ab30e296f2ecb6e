package org.postern.smtp.listener;

import java.io.IOException;

/** A listener that could not be opened. The message is one line: address, port, reason, remedy. */
public final class ListenerException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message address, port, reason and remedy
     * @param cause what the system said
     */
    public ListenerException(String message, Throwable cause) {
        super(message, cause);
    }
}
