@NullMarked
package org.postern.app.impact;

import org.jspecify.annotations.NullMarked;
