/**
 * The spool: accepted mail on disk, from 250 until its store has it. This package is what the rest
 * of Postern sees; {@code docs/spool.md} is the law behind it.
 */
@NullMarked
package org.postern.queue.spool;

import org.jspecify.annotations.NullMarked;
