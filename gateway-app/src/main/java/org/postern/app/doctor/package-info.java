/**
 * {@code postern doctor}: what the real surroundings of a gateway look like, each finding with what
 * was seen, why it matters and what to type. A check that could not run says so.
 */
@NullMarked
package org.postern.app.doctor;

import org.jspecify.annotations.NullMarked;
