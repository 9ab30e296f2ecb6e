/** List entries that commands and traps add and take back while the gateway runs. */
@NullMarked
package org.postern.app.lists;

import org.jspecify.annotations.NullMarked;
