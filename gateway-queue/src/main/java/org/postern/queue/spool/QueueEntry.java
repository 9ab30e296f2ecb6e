package org.postern.queue.spool;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.QueueId;

/**
 * One message in the spool as it was when this value was made.
 *
 * @param id its queue id
 * @param state its recorded state
 * @param active whether an attempt is under way
 * @param envelope its envelope, all recipients
 * @param recipients each recipient's status, in the order of the envelope
 * @param received when it was accepted, wall clock
 * @param age how long the gateway has had it, counting only time that it was running
 * @param size octets of received content
 * @param attempts attempts made so far
 * @param due how long until the next attempt, negative when overdue, empty when none is planned
 * @param reason why it is held or in the trash, else empty
 * @param actor who held or dropped it, else empty
 * @param clientAddress the true client address
 * @param helo HELO or EHLO name as given
 * @param notes what was noted at acceptance
 * @param contentSha256 SHA-256 over the received content, 64 lower-case hex digits
 */
public record QueueEntry(
        QueueId id,
        EntryState state,
        boolean active,
        Envelope envelope,
        List<RecipientStatus> recipients,
        Instant received,
        Duration age,
        long size,
        int attempts,
        Optional<Duration> due,
        String reason,
        String actor,
        String clientAddress,
        String helo,
        Map<String, String> notes,
        String contentSha256) {
    public QueueEntry {
        recipients = List.copyOf(recipients);
        notes = Map.copyOf(notes);
    }

    /** The downstream of the last attempt of the first pending recipient, empty before any. */
    public String downstream() {
        String any = "";
        for (RecipientStatus r : recipients) {
            if (r.state().isPending() && !r.downstream().isEmpty()) {
                return r.downstream();
            }
            any = any.isEmpty() ? r.downstream() : any;
        }
        return any;
    }

    /** When the next attempt is planned, by this wall clock. */
    public Optional<Instant> nextAttempt(Instant now) {
        return due.map(d -> d.isNegative() ? now : now.plus(d));
    }
}
