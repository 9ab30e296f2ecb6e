/**
 * Surgery on the queue: which entries, what would happen to them, doing it, and taking it back.
 * Nothing here deletes: a drop goes to the trash, and the trash has its time.
 */
@NullMarked
package org.postern.queue.surgery;

import org.jspecify.annotations.NullMarked;
