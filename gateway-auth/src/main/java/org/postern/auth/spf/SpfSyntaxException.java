package org.postern.auth.spf;

/** A record or macro string breaks the grammar of RFC 7208; the message says how, for people. */
final class SpfSyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    SpfSyntaxException(String message) {
        super(message, null, false, false); // no stack: bad records are everyday input
    }
}
