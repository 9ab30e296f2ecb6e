package org.postern.queue.delivery;

import org.jspecify.annotations.Nullable;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.MessageSource;
import org.postern.core.mail.QueueId;

/**
 * One message to hand over.
 *
 * @param id its queue id, for logs and names
 * @param envelope the envelope with only those recipients that are still due
 * @param content the message as it goes on the wire: CRLF line ends, no dot-stuffing, trace headers
 *     first
 * @param origin where it came from, told to downstreams that accept XFORWARD or XCLIENT; null where
 *     unknown or written by ourselves
 * @param point how far it has gone; of the thread that makes the attempt
 */
public record DeliveryRequest(
        QueueId id,
        Envelope envelope,
        MessageSource content,
        @Nullable MessageOrigin origin,
        PointOfNoReturn point) {

    /** A request of the current thread that nobody breaks off. */
    public DeliveryRequest(
            QueueId id, Envelope envelope, MessageSource content, @Nullable MessageOrigin origin) {
        this(id, envelope, content, origin, new PointOfNoReturn());
    }

    /** The same without an origin. */
    public DeliveryRequest(QueueId id, Envelope envelope, MessageSource content) {
        this(id, envelope, content, null);
    }
}
