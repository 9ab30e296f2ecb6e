package org.postern.core.recipients;

import java.time.Duration;
import org.postern.core.mail.EmailAddress;

/**
 * Asks a mailbox store whether it would take mail for an address. Thread-safe; may block for as
 * long as it is allowed to; no exception.
 */
@FunctionalInterface
public interface RecipientProbe {
    /**
     * The store's answer.
     *
     * @param longest for the whole question, however many steps it has
     */
    Answer ask(EmailAddress address, Duration longest);

    /** What a store can say. */
    sealed interface Answer {
        /** It takes mail for the address. */
        enum Exists implements Answer {
            /** Yes. */
            INSTANCE
        }

        /**
         * It says for good that there is no such mailbox.
         *
         * @param reply its words
         */
        record Absent(String reply) implements Answer {}

        /**
         * It did not say: away, busy, or refusing for another reason.
         *
         * @param why one line
         * @param away whether this is about the store, and not about the address alone
         */
        record Unclear(String why, boolean away) implements Answer {}
    }
}
