/**
 * Who gets a session: limits by address and network, rates, and the overload controller. Answers
 * from memory.
 */
@NullMarked
package org.postern.smtp.admission;

import org.jspecify.annotations.NullMarked;
