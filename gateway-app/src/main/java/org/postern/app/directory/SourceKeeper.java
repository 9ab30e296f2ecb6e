package org.postern.app.directory;

/** Looks after one source in the background. */
interface SourceKeeper extends AutoCloseable {
    /** Begins; a further call does nothing. */
    void start();

    /** Has it looked after now, not when it would be due. */
    void wake();

    @Override
    void close();
}
