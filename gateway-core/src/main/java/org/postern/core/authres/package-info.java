/**
 * What each authentication method found, in the words of RFC 8601, with the reason that decided.
 * Results only: the evaluators live in {@code gateway-auth}.
 */
@NullMarked
package org.postern.core.authres;

import org.jspecify.annotations.NullMarked;
