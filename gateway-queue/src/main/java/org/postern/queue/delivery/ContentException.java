package org.postern.queue.delivery;

import org.jspecify.annotations.Nullable;

/** Says that the message itself could not be read: our trouble, not the downstream's. */
final class ContentException extends Exception {
    private static final long serialVersionUID = 1L;

    ContentException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
