/**
 * Witnesses of what a mail server is the last to notice by itself: a wall clock that was set, a
 * disk that takes no more writes. Each tells metrics, readiness, the log and whoever listens.
 */
@NullMarked
package org.postern.app.witness;

import org.jspecify.annotations.NullMarked;
