@NullMarked
package org.postern.app.guard;

import org.jspecify.annotations.NullMarked;
