/**
 * The index: what is in the spool and where, in a few dozen bytes an entry. Derived from the log,
 * rebuilt at each start.
 */
@NullMarked
package org.postern.queue.index;

import org.jspecify.annotations.NullMarked;
