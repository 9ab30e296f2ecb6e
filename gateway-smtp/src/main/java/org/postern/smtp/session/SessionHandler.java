package org.postern.smtp.session;

import java.net.InetAddress;

/**
 * The gateway behind the protocol. One instance serves all listeners; it is called on the threads
 * of the sessions and must be thread-safe.
 */
public interface SessionHandler {
    /** What is known of a client before it has said a word. */
    enum Standing {
        /** Nothing: the common case. Strangers are shed first under load. */
        STRANGER,
        /** Listed or with a good history: no pause before the greeting, shed last. */
        KNOWN_GOOD
    }

    /**
     * Begins a session, after the true client address is settled and admission has let it in. The
     * place to pin a configuration snapshot. Each visit returned is closed exactly once.
     */
    Visit open(ClientConnection client);

    /**
     * What is known of a client address. Called before {@link #open} for every connection; answers
     * from memory, without blocking.
     */
    default Standing standing(InetAddress client) {
        return Standing.STRANGER;
    }
}
