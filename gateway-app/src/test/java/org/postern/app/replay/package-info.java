@NullMarked
package org.postern.app.replay;

import org.jspecify.annotations.NullMarked;
