/**
 * The relay client: hands one message to one downstream and says what became of each recipient.
 * SMTP (RFC 5321), LMTP (RFC 2033) by TCP or unix socket, and a local Maildir. When to try, how
 * often and how many at once is the schedule's business; here is one attempt.
 */
@NullMarked
package org.postern.queue.delivery;

import org.jspecify.annotations.NullMarked;
