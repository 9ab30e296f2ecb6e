/** Time as it is handed in: wall clock, monotonic clock and deadlines. */
@NullMarked
package org.postern.core.time;

import org.jspecify.annotations.NullMarked;
