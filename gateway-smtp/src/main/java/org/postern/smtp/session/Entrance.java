package org.postern.smtp.session;

import java.net.InetAddress;
import java.util.Optional;
import org.postern.core.reply.SmtpReply;

/**
 * Asks admission again when a listed host has named another client by XCLIENT: limits count the
 * true address. Called on the session's thread; answers from memory.
 */
@FunctionalInterface
public interface Entrance {
    /**
     * The connection counts for this client from now on, and no longer for the one before.
     *
     * @return what to say before closing, or empty when the client is let in
     */
    Optional<SmtpReply> admit(InetAddress client);
}
