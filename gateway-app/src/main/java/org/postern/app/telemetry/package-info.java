/** Metrics, and the log: one line for each thing that happens to mail. */
@NullMarked
package org.postern.app.telemetry;

import org.jspecify.annotations.NullMarked;
