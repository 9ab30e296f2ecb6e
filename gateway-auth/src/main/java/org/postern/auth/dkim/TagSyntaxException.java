package org.postern.auth.dkim;

/** A tag list that RFC 6376, 3.2 does not allow. The message says what is wrong, for people. */
public final class TagSyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    TagSyntaxException(String message) {
        super(message, null, false, false); // thrown by anybody's mail: no stack trace to pay for
    }
}
