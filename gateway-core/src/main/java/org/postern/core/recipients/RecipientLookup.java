package org.postern.core.recipients;

import java.util.List;
import org.postern.core.mail.EmailAddress;

/** What a directory says of one address. */
public sealed interface RecipientLookup {
    /**
     * The address exists.
     *
     * @param targets where its mail goes: itself, or what an alias stands for; at least one
     * @param source where it is listed, such as {@code lists/recipients.yaml:12}
     * @param handling what is asked for this recipient alone; of an alias, the rules are those of
     *     the first target that has some
     * @param anybody whether the source says this of every address: a catch-all, or accept-all
     */
    record Known(List<EmailAddress> targets, String source, Handling handling, boolean anybody)
            implements RecipientLookup {
        /** A recipient that is listed. */
        public Known(List<EmailAddress> targets, String source, Handling handling) {
            this(targets, source, handling, false);
        }

        /** A recipient like all others of its domain. */
        public Known(List<EmailAddress> targets, String source) {
            this(targets, source, Handling.NONE);
        }

        /** The same with other targets. */
        Known to(List<EmailAddress> others) {
            return new Known(others, source, handling, anybody);
        }

        public Known {
            targets = List.copyOf(targets);
            if (targets.isEmpty()) {
                throw new IllegalArgumentException("a known recipient has a target");
            }
        }
    }

    /** The address does not exist; every source was asked and said so. */
    enum Unknown implements RecipientLookup {
        /** Not here. */
        INSTANCE
    }

    /**
     * Nobody can say now: 451, never 550.
     *
     * @param reason for logs, one line
     */
    record Unavailable(String reason) implements RecipientLookup {}

    /** The address is of no domain that mail is taken for: relaying is refused. */
    enum NotHosted implements RecipientLookup {
        /** Not ours. */
        INSTANCE
    }
}
