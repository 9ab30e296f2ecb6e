/**
 * ARC (RFC 8617): validates the chain of a message, and adds a set of our own where a key is
 * configured.
 */
@NullMarked
package org.postern.auth.arc;

import org.jspecify.annotations.NullMarked;
