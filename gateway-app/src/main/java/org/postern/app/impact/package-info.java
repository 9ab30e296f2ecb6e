/** A word to those whom something hit: notices from a template, planned first, and taken back. */
@NullMarked
package org.postern.app.impact;

import org.jspecify.annotations.NullMarked;
