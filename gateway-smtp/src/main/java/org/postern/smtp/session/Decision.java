package org.postern.smtp.session;

import org.postern.core.reply.SmtpReply;

/** What the gateway answers to a step of a session. */
public sealed interface Decision {
    /** Go on; the protocol sends its own positive reply. */
    enum Proceed implements Decision {
        /** The only one. */
        INSTANCE
    }

    /**
     * This step is refused, the session goes on.
     *
     * @param reply 4yz or 5yz
     */
    record Refuse(SmtpReply reply) implements Decision {
        public Refuse {
            requireNegative(reply);
        }
    }

    /**
     * This step is refused and the connection is closed after the reply.
     *
     * @param reply 4yz or 5yz; 421 says that the connection closes (RFC 5321, 3.8)
     */
    record Disconnect(SmtpReply reply) implements Decision {
        public Disconnect {
            requireNegative(reply);
        }
    }

    /** Go on. */
    static Decision proceed() {
        return Proceed.INSTANCE;
    }

    /** Refuse this step. */
    static Decision refuse(SmtpReply reply) {
        return new Refuse(reply);
    }

    /** Refuse and hang up. */
    static Decision disconnect(SmtpReply reply) {
        return new Disconnect(reply);
    }

    private static void requireNegative(SmtpReply reply) {
        if (reply.code() < 400) {
            throw new IllegalArgumentException("a refusal is 4yz or 5yz, not " + reply);
        }
    }
}
