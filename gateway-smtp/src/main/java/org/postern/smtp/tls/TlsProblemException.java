package org.postern.smtp.tls;

import java.nio.file.Path;

/** A certificate or key that cannot be used: which file, what is wrong, what to do. */
public final class TlsProblemException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String file;

    /**
     * @param file the offending file
     * @param problem what is wrong with it and what is allowed
     */
    public TlsProblemException(Path file, String problem) {
        super(file + ": " + problem);
        this.file = file.toString();
    }

    /**
     * @param file the offending file
     * @param problem what is wrong with it and what is allowed
     * @param cause what the library said
     */
    public TlsProblemException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
        this.file = file.toString();
    }

    /** The offending file. */
    public Path file() {
        return Path.of(file);
    }
}
