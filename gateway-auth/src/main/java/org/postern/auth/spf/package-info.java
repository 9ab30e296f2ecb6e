/**
 * Sender Policy Framework (RFC 7208): may this client use this domain? {@link
 * org.postern.auth.spf.SpfEvaluator} is the way in, {@link org.postern.auth.spf.SpfReason} lists
 * every reason a result can have.
 */
@NullMarked
package org.postern.auth.spf;

import org.jspecify.annotations.NullMarked;
