package org.postern.core.lists;

import java.io.IOException;

/** A file of added entries has something wrong; the message begins with its file and line. */
public final class UnreadableListException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What is wrong and where. */
    public UnreadableListException(String message) {
        super(message);
    }
}
