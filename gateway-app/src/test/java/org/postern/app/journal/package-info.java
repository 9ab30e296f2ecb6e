@NullMarked
package org.postern.app.journal;

import org.jspecify.annotations.NullMarked;
