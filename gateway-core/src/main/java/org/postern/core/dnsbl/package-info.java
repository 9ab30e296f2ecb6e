/** What DNS block and allow lists say of a client and its names (RFC 5782), as facts. */
@NullMarked
package org.postern.core.dnsbl;

import org.jspecify.annotations.NullMarked;
