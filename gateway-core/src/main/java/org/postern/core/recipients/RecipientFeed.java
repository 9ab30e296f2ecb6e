package org.postern.core.recipients;

import java.util.List;

/**
 * The port behind which sources stand that are fetched whole: a directory server, a database, a web
 * service. Called by one thread at a time.
 *
 * <p>What every implementation holds to: either the whole list is handed to the sink, or an
 * exception is thrown; a server that hangs, breaks off or answers only in part is an exception,
 * never a shorter list. No step waits longer than the source's time-out, and each calls the sink or
 * {@link Sink#stillWanted} often enough for the whole to end in time.
 */
public interface RecipientFeed {
    /**
     * Fetches everybody.
     *
     * @throws FeedException if the list could not be had whole; the message says where and why, and
     *     no secret
     */
    void fetch(Sink sink) throws FeedException;

    /** Takes what a feed finds. */
    interface Sink {
        /**
         * A recipient.
         *
         * @param text an address or a local part; what is neither is counted and left out
         * @throws FeedException if there are too many, or it takes too long
         */
        default void recipient(String text) throws FeedException {
            recipient(text, Handling.NONE);
        }

        /**
         * A recipient of whom something is asked.
         *
         * @param text an address or a local part; what is neither is counted and left out
         * @param handling what is asked
         * @throws FeedException if there are too many, or it takes too long
         */
        void recipient(String text, Handling handling) throws FeedException;

        /**
         * A recipient whose mail goes elsewhere; said again of the same, it has the targets of
         * both. Who is also handed over as a {@link #recipient} keeps a copy.
         *
         * @param text an address or a local part
         * @param targets addresses or local parts of our domains; without any it is left out
         * @throws FeedException if there are too many, or it takes too long
         */
        void alias(String text, List<String> targets) throws FeedException;

        /**
         * Something that was found is of no use: counted, and the first told to people.
         *
         * @param what what is wrong with it, one line
         */
        void doubt(String what);

        /**
         * To be called while nothing is found.
         *
         * @throws FeedException if it takes too long
         */
        void stillWanted() throws FeedException;
    }

    /** Why a list could not be had. */
    final class FeedException extends Exception {
        private static final long serialVersionUID = 1L;

        /** One line for people, without a secret. */
        public FeedException(String message) {
            super(message);
        }

        /** The same, with what lies behind it. */
        public FeedException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
