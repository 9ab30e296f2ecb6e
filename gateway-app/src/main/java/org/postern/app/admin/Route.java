package org.postern.app.admin;

import java.io.IOException;

/**
 * Answers one kind of request.
 *
 * @param method GET or POST
 * @param prefix path; the route serves it and, when it ends in a slash, everything beneath it
 * @param open whether it answers without a token
 * @param action writes the response; called on a thread of its own, may block
 */
public record Route(String method, String prefix, boolean open, Action action) {
    /** Writes a response. */
    @FunctionalInterface
    public interface Action {
        /**
         * Answers one request.
         *
         * @throws IOException if the client has gone
         */
        void answer(Exchange exchange) throws IOException;
    }

    boolean serves(String path) {
        return path.equals(prefix) || (prefix.endsWith("/") && path.startsWith(prefix));
    }
}
