/**
 * Who a message says it is from: the From header field, read as every other reader might read it
 * (RFC 5322, 3.4 and 4.4; RFC 6854; RFC 6532; RFC 2047). DMARC is worth nothing where the gateway
 * checks one address and the reader's program shows another.
 */
@NullMarked
package org.postern.auth.from;

import org.jspecify.annotations.NullMarked;
