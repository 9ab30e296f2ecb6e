/**
 * Notices to senders: whether one may be sent at all, and what it says (RFC 3464). Everything here
 * is reckoning and rendering; sending a notice is the queue's own work, as for any message.
 */
@NullMarked
package org.postern.queue.dsn;

import org.jspecify.annotations.NullMarked;
