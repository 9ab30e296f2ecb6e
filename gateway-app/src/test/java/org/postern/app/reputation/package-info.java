@NullMarked
package org.postern.app.reputation;

import org.jspecify.annotations.NullMarked;
