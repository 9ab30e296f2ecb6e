/** Asks content scanners: Rspamd over HTTP, ClamAV over INSTREAM. */
@NullMarked
package org.postern.app.scan;

import org.jspecify.annotations.NullMarked;
