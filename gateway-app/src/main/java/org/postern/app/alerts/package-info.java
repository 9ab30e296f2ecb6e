/**
 * Alerts that need neither Prometheus nor mail: conditions of the running gateway, and who is told
 * when they begin, last and end.
 */
@NullMarked
package org.postern.app.alerts;

import org.jspecify.annotations.NullMarked;
