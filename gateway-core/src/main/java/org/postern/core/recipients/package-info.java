/**
 * Who can receive: one port, {@link org.postern.core.recipients.RecipientDirectory}, and its
 * sources. Known, unknown and "cannot say" are three different answers; a source in trouble never
 * says unknown.
 */
@NullMarked
package org.postern.core.recipients;

import org.jspecify.annotations.NullMarked;
