/**
 * Greylisting: who has not been seen before is asked to come back, which senders with a queue do.
 * The memory of who came is bounded, and kept on disk without a write for each recipient.
 */
@NullMarked
package org.postern.core.greylist;

import org.jspecify.annotations.NullMarked;
