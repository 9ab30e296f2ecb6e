/**
 * Messages through our own front door, again and again: one that must arrive, one forged that must
 * be refused, one for nobody that must be refused. What fails says at which step.
 */
@NullMarked
package org.postern.app.probe;

import org.jspecify.annotations.NullMarked;
