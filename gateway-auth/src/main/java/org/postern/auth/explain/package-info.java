/**
 * What {@code postern auth} runs: one message evaluated outside of any session, and the outcome
 * told as one would tell it to a colleague.
 */
@NullMarked
package org.postern.auth.explain;

import org.jspecify.annotations.NullMarked;
