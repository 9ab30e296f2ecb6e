/** Certificates and handshakes: PEM, SNI, renewal without restart (RFC 3207, RFC 8314). */
@NullMarked
package org.postern.smtp.tls;

import org.jspecify.annotations.NullMarked;
