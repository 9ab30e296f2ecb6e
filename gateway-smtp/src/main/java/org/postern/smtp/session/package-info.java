/**
 * The SMTP protocol as we speak it (RFC 5321 and extensions), unaware of sockets' origin and of any
 * mail library.
 */
@NullMarked
package org.postern.smtp.session;

import org.jspecify.annotations.NullMarked;
