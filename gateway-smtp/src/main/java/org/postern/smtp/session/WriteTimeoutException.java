package org.postern.smtp.session;

import java.io.IOException;

/** The client did not take a reply in time; the connection has been closed. */
public final class WriteTimeoutException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * @param cause what the closed connection threw
     */
    public WriteTimeoutException(IOException cause) {
        super("the client did not take a reply within limits.write-timeout", cause);
    }
}
