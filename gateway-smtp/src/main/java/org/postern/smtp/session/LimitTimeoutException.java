package org.postern.smtp.session;

import java.io.IOException;
import org.postern.smtp.NamedLimit;

/** A named time limit ran out while waiting for the client. */
final class LimitTimeoutException extends IOException {
    private static final long serialVersionUID = 1L;

    private final NamedLimit limit;

    LimitTimeoutException(NamedLimit limit) {
        super("limits." + limit.label() + " ran out");
        this.limit = limit;
    }

    NamedLimit limit() {
        return limit;
    }
}
