package org.postern.app.intake;

import java.time.Duration;
import java.util.Optional;
import org.postern.core.mail.Domain;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.QueueId;
import org.postern.queue.schedule.CutThrough;

/** What the intake asks and tells the relay. Thread-safe; answers from memory. */
public interface Acceptance {
    /** Why nothing more is taken for a domain now, in words; empty where there is room. */
    Optional<String> overQuota(Domain domain);

    /** A message was accepted: there is something to deliver. */
    void accepted(Envelope envelope, long size);

    /**
     * Whether the client is to wait for what the downstream says of this message, to be asked
     * before it is committed; empty where it is not.
     */
    Optional<CutThrough.Ticket> expect(QueueId id, Envelope envelope);

    /** How long the client waits at most. */
    Duration patience();
}
