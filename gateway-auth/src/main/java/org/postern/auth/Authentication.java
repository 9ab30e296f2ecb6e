package org.postern.auth;

import org.postern.auth.header.HeaderSection;
import org.postern.core.authres.SpfResult;
import org.postern.core.journal.Evidence;
import org.postern.core.mail.ByteSink;

/**
 * The checks of one message, from MAIL to the last octet. Not thread-safe: it belongs to the
 * session's thread. Nothing it is given makes it throw, whatever the octets.
 */
public interface Authentication extends ByteSink, AutoCloseable {
    /** Takes content; constant memory but for the header block, which is bounded. */
    @Override
    void write(byte[] block, int offset, int length);

    /**
     * Waits for SPF's result of the reverse-path, no longer than {@code authentication.deadline}.
     * May be called at any time before the end; behind a trusted relay nothing is known then.
     */
    SpfResult spf();

    /**
     * Ends the content and waits for every verdict, no longer than {@code authentication.deadline}.
     * What could not be known by then is temperror. Call it once.
     */
    AuthenticationOutcome finish();

    /**
     * The header section as it was received. Only once the content is complete: it ends the header
     * where the content did not.
     */
    HeaderSection header();

    /**
     * Whose message it is, as far as that can be known: behind a trusted relay the client that the
     * relay names. Only once the content is complete.
     */
    TrueClient trueClient();

    /**
     * What the outcome rests on, for the journal: cheap, since nothing is put into words here. Only
     * after {@link #finish()}.
     */
    Evidence evidence(AuthenticationOutcome outcome);

    /** Gives up what is still under way. Harmless after {@link #finish()}. */
    @Override
    void close();
}
