package org.postern.queue.delivery;

import org.postern.core.reply.SmtpReply;

/** What became of one recipient in one attempt. Exactly one of three. */
public sealed interface RecipientOutcome {
    /** The downstream's reply, or ours where it gave none. */
    SmtpReply reply();

    /** Whether the reply is the downstream's; if not, its words are ours. */
    boolean fromDownstream();

    /**
     * The downstream has taken responsibility.
     *
     * @param reply its 2yz reply, or ours where it speaks no protocol
     * @param fromDownstream whether the reply is the downstream's
     */
    record Delivered(SmtpReply reply, boolean fromDownstream) implements RecipientOutcome {

        /** A delivery by the downstream's own reply. */
        public Delivered(SmtpReply reply) {
            this(reply, true);
        }
    }

    /**
     * Not now; the message stays queued.
     *
     * @param reply the downstream's 4yz reply, or ours, which names the step that failed
     * @param fromDownstream whether the reply is the downstream's
     * @param maybeDelivered whether the whole content went out and the final reply was lost: the
     *     one case in which the next attempt can make a duplicate (RFC 5321, 4.5.3.2.6; RFC 1047)
     */
    record Deferred(SmtpReply reply, boolean fromDownstream, boolean maybeDelivered)
            implements RecipientOutcome {

        /** A deferral by the downstream's own reply. */
        public Deferred(SmtpReply reply) {
            this(reply, true, false);
        }
    }

    /**
     * Never; trying again would be told the same.
     *
     * @param reply the downstream's 5yz reply, or ours where the message cannot be sent there
     * @param fromDownstream whether the reply is the downstream's
     */
    record Failed(SmtpReply reply, boolean fromDownstream) implements RecipientOutcome {

        /** A failure by the downstream's own reply. */
        public Failed(SmtpReply reply) {
            this(reply, true);
        }
    }
}
