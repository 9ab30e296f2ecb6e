package org.postern.app.journal;

import java.io.IOException;
import java.io.Serial;

/** The journal cannot be read; the message names the file. */
public final class JournalException extends IOException {
    @Serial private static final long serialVersionUID = 1L;

    /** One with its cause. */
    public JournalException(String message, Throwable cause) {
        super(message, cause);
    }
}
