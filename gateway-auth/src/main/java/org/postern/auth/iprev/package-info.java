/** The forward-confirmed reverse look-up, method {@code iprev} (RFC 8601, 3). */
@NullMarked
package org.postern.auth.iprev;

import org.jspecify.annotations.NullMarked;
