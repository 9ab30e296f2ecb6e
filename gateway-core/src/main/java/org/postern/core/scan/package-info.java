/** What content scanners say of a message, as facts. */
@NullMarked
package org.postern.core.scan;

import org.jspecify.annotations.NullMarked;
