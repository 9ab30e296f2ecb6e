/**
 * The spool's append-only log: segments, records, the one writer, recovery and the return of space.
 * {@code docs/spool.md} describes every byte.
 */
@NullMarked
package org.postern.queue.spool.log;

import org.jspecify.annotations.NullMarked;
