package org.postern.app.impact;

import java.io.Serial;

/** What was asked for cannot be; the message says why and what is allowed. */
public final class NoticeException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    /** One with this message. */
    public NoticeException(String message) {
        super(message);
    }

    /** One that another exception caused. */
    public NoticeException(String message, Throwable cause) {
        super(message, cause);
    }
}
