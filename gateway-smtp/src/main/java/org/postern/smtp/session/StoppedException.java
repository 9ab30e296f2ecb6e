package org.postern.smtp.session;

import java.io.IOException;

/** The session has been stopped while it waited for a command. */
final class StoppedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean taken;

    /**
     * @param taken whether the stopping thread has written the last reply already
     */
    StoppedException(boolean taken) {
        super("stopping");
        this.taken = taken;
    }

    boolean taken() {
        return taken;
    }
}
