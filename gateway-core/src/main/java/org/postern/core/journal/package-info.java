/**
 * The words in which the gateway says what happened: the events of the journal and the port that
 * takes them. Who keeps them and how is no concern of this package; {@code docs/journal.md} tells.
 */
@NullMarked
package org.postern.core.journal;

import org.jspecify.annotations.NullMarked;
