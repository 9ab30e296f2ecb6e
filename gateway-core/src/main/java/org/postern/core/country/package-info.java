/** Where a client is, by a database that somebody configured. */
@NullMarked
package org.postern.core.country;

import org.jspecify.annotations.NullMarked;
