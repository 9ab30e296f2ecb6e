/** Our own listener from its client's side: what tests, probe and doctor say to it. */
@NullMarked
package org.postern.app.frontdoor;

import org.jspecify.annotations.NullMarked;
