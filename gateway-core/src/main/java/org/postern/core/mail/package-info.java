/**
 * The nouns of mail: addresses, paths, envelopes, identifiers and message content. A value of these
 * types that exists is valid; parsing is where junk is refused.
 */
@NullMarked
package org.postern.core.mail;

import org.jspecify.annotations.NullMarked;
