/**
 * Notices to senders: whether one may be sent at all, and what it says (RFC 3464). A notice goes
 * into the spool here; from there on it is delivered as any message is.
 */
@NullMarked
package org.postern.queue.dsn;

import org.jspecify.annotations.NullMarked;
