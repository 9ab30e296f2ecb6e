package org.postern.auth.explain;

import org.jspecify.annotations.Nullable;
import org.postern.auth.AuthenticationRequest;

/** What is to be explained. The message's octets stay the caller's, who does not change them. */
public final class Question {
    private final AuthenticationRequest envelope;
    private final byte @Nullable [] message;

    /**
     * A question.
     *
     * @param envelope where the message came from
     * @param message the message as it came, or null: then SPF and iprev alone are checked
     */
    public Question(AuthenticationRequest envelope, byte @Nullable [] message) {
        this.envelope = envelope;
        this.message = message;
    }

    /** Where the message came from. */
    public AuthenticationRequest envelope() {
        return envelope;
    }

    /** The message, not a copy, or null where there is none. */
    public byte @Nullable [] message() {
        return message;
    }
}
