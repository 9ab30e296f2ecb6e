/** The HTTP side: metrics, health, and the interface that the commands use. */
@NullMarked
package org.postern.app.admin;

import org.jspecify.annotations.NullMarked;
