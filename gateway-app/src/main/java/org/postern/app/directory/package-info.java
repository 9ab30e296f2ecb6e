/** Recipient sources over the network, and who fetches them when. */
@NullMarked
package org.postern.app.directory;

import org.jspecify.annotations.NullMarked;
