/**
 * The schedule: which entry is tried when, towards which downstream, and what follows from each
 * outcome.
 */
@NullMarked
package org.postern.queue.schedule;

import org.jspecify.annotations.NullMarked;
