/** What happens to a message between the first command and 250. */
@NullMarked
package org.postern.app.intake;

import org.jspecify.annotations.NullMarked;
