/** What the past says of those who send: learned, not configured. */
@NullMarked
package org.postern.core.reputation;

import org.jspecify.annotations.NullMarked;
