/** Metrics and logs. */
@NullMarked
package org.postern.app.telemetry;

import org.jspecify.annotations.NullMarked;
