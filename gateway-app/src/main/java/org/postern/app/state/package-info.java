/**
 * The running gateway as its own parts may look at it: what it is made of, whether it is well, what
 * is wrong. Words without code, so that whoever watches, shows or is shown need not know each
 * other.
 */
@NullMarked
package org.postern.app.state;

import org.jspecify.annotations.NullMarked;
