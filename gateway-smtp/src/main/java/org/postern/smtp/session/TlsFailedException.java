package org.postern.smtp.session;

import java.io.IOException;

/** A TLS handshake did not succeed. */
public final class TlsFailedException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * @param cause what the TLS layer said
     */
    public TlsFailedException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
