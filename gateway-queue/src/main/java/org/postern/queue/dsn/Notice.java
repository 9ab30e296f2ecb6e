package org.postern.queue.dsn;

import org.postern.core.mail.Envelope;
import org.postern.core.mail.MessageSource;

/**
 * A notice ready to be queued.
 *
 * @param envelope null reverse-path, the sender as its one recipient with NOTIFY=NEVER
 * @param content the message, CRLF line ends
 */
public record Notice(Envelope envelope, MessageSource content) {}
