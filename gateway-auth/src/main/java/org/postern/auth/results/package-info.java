/**
 * Authentication-Results (RFC 8601) and the trace fields beside it: ours written so that no octet
 * of a message can speak in our name, forged ones found so that they can be left out.
 */
@NullMarked
package org.postern.auth.results;

import org.jspecify.annotations.NullMarked;
