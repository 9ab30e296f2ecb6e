/** What the gateway learns of those who send. */
@NullMarked
package org.postern.app.reputation;

import org.jspecify.annotations.NullMarked;
