/** SMTP replies and enhanced status codes (RFC 5321, 4.2; RFC 3463). */
@NullMarked
package org.postern.core.reply;

import org.jspecify.annotations.NullMarked;
