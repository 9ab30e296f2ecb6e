/** IP addresses and networks as values; no sockets. */
@NullMarked
package org.postern.core.net;

import org.jspecify.annotations.NullMarked;
