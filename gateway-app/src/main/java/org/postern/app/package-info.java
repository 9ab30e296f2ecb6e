/** The program: its entry point. */
@NullMarked
package org.postern.app;

import org.jspecify.annotations.NullMarked;
