/** The disk as the spool sees it: a port small enough to break on purpose in tests. */
@NullMarked
package org.postern.queue.spool.disk;

import org.jspecify.annotations.NullMarked;
