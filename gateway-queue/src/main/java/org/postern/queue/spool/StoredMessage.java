package org.postern.queue.spool;

import org.postern.core.mail.Envelope;
import org.postern.core.mail.QueueId;

/**
 * A message that is durable: the client may be told 250.
 *
 * @param id its queue id
 * @param envelope its envelope
 * @param size octets of received content
 * @param contentSha256 SHA-256 over the received content, 64 lower-case hex digits
 */
public record StoredMessage(QueueId id, Envelope envelope, long size, String contentSha256) {}
