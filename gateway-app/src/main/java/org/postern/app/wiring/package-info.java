/** The composition root: every part is made here, by hand, once. */
@NullMarked
package org.postern.app.wiring;

import org.jspecify.annotations.NullMarked;
