package org.postern.queue.delivery;

import org.jspecify.annotations.Nullable;

/** Says that the message itself could not be read: our trouble, not the downstream's. */
final class ContentException extends Exception {
    private static final long serialVersionUID = 1L;

    ContentException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** What an exception says, with its type, which often says more. */
    static String words(Throwable e) {
        String type = e.getClass().getSimpleName();
        String message = e.getMessage();
        return message == null ? type : type + ": " + message;
    }
}
