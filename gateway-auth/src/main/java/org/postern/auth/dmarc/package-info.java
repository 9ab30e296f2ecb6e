/**
 * DMARC (RFC 9989): policy discovery and organizational domains by the DNS tree walk, identifier
 * alignment, and the verdict that names both halves.
 */
@NullMarked
package org.postern.auth.dmarc;

import org.jspecify.annotations.NullMarked;
