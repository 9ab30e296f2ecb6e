/**
 * Watches the verdicts themselves: when a reason's share of the mail leaves the band that it has
 * been in, something has changed that nobody meant to change, and somebody must hear of it with the
 * likeliest cause before the users do.
 */
@NullMarked
package org.postern.app.guard;

import org.jspecify.annotations.NullMarked;
