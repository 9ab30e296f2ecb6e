/**
 * Asks DNS block and allow lists (RFC 5782), and watches over them: a list that cannot be believed
 * is switched off, aloud, and never refuses anybody.
 */
@NullMarked
package org.postern.auth.dnsbl;

import org.jspecify.annotations.NullMarked;
