package org.postern.queue.spool;

import org.postern.core.mail.Recipient;

/**
 * One recipient of an entry and what became of it so far.
 *
 * @param recipient who
 * @param state how far
 * @param reply the downstream's last reply, one line as in logs, empty before the first attempt
 * @param downstream name of the downstream of the last attempt, empty before the first
 * @param ours whether the words of that reply are our own, with names that are nobody's matter
 *     outside; false also where nobody knows
 */
public record RecipientStatus(
        Recipient recipient, RecipientState state, String reply, String downstream, boolean ours) {

    /** One whose reply is the downstream's. */
    public RecipientStatus(
            Recipient recipient, RecipientState state, String reply, String downstream) {
        this(recipient, state, reply, downstream, false);
    }

    /** The same in another state. */
    public RecipientStatus in(RecipientState next) {
        return new RecipientStatus(recipient, next, reply, downstream, ours);
    }

    /** A recipient that was not tried yet. */
    public static RecipientStatus untried(Recipient recipient) {
        return new RecipientStatus(recipient, RecipientState.QUEUED, "", "");
    }
}
