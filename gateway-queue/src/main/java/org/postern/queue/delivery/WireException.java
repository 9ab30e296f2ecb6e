package org.postern.queue.delivery;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Says that a connection is of no more use, and which way it was lost. */
final class WireException extends IOException {
    private static final long serialVersionUID = 1L;

    /** The ways to lose a connection. */
    enum Kind {
        /** A deadline passed. */
        TIMEOUT("4.4.2"),
        /** The other side closed or reset it. */
        LOST("4.4.2"),
        /** What came is no SMTP reply, or a longer one than is read. */
        PROTOCOL("4.5.0");

        private final String status;

        Kind(String status) {
            this.status = status;
        }

        /** The enhanced status for it (RFC 3463, 3.5 and 3.6). */
        String status() {
            return status;
        }
    }

    private final Kind kind;

    WireException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }

    /** The message, never null. */
    String words() {
        String message = getMessage();
        return message == null ? kind.name() : message;
    }
}
