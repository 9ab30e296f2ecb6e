package org.postern.core.policy;

import org.postern.core.reply.SmtpReply;

/** What a rule decided, and why. Immutable. */
public sealed interface Verdict {
    /** The name of the rule, which stands in the reply, the log, the trace and the metrics. */
    String rule();

    /** Stable dotted code of what decided, such as {@code recipient.unknown}; a bounded set. */
    String reason();

    /** One line for logs and traces: which entry of which list, which source. May be empty. */
    String detail();

    /** The kind of this verdict. */
    Disposition disposition();

    /**
     * It goes on.
     *
     * @param rule the rule's name; {@code default} where none applied
     * @param reason the reason
     * @param detail for logs, or empty
     */
    record Accept(String rule, String reason, String detail) implements Verdict {
        @Override
        public Disposition disposition() {
            return Disposition.ACCEPT;
        }
    }

    /**
     * It goes on, with a header field added on top.
     *
     * @param rule the rule's name
     * @param reason the reason
     * @param detail for logs, or empty
     * @param field name of the header field
     * @param value its value, one line of ASCII
     */
    record Tag(String rule, String reason, String detail, String field, String value)
            implements Verdict {
        @Override
        public Disposition disposition() {
            return Disposition.TAG;
        }
    }

    /**
     * The message is taken and held.
     *
     * @param rule the rule's name
     * @param reason the reason
     * @param detail for logs, or empty
     */
    record Quarantine(String rule, String reason, String detail) implements Verdict {
        @Override
        public Disposition disposition() {
            return Disposition.QUARANTINE;
        }
    }

    /**
     * Refused for good.
     *
     * @param rule the rule's name
     * @param reason the reason
     * @param detail for logs, or empty
     * @param reply 5yz
     */
    record Reject(String rule, String reason, String detail, SmtpReply reply) implements Verdict {
        public Reject {
            if (!reply.isPermanent()) {
                throw new IllegalArgumentException("a rejection is answered 5yz: " + reply);
            }
        }

        @Override
        public Disposition disposition() {
            return Disposition.REJECT;
        }
    }

    /**
     * Refused for now.
     *
     * @param rule the rule's name
     * @param reason the reason
     * @param detail for logs, or empty
     * @param reply 4yz
     */
    record Defer(String rule, String reason, String detail, SmtpReply reply) implements Verdict {
        public Defer {
            if (!reply.isTransient()) {
                throw new IllegalArgumentException("a deferral is answered 4yz: " + reply);
            }
        }

        @Override
        public Disposition disposition() {
            return Disposition.DEFER;
        }
    }
}
