/**
 * DKIM on raw bytes (RFC 6376, 8301, 8463): one pass over the content, constant memory, a reason
 * for every verdict. The parts that ARC has in common with DKIM (tag lists, canonicalization, body
 * hashes, keys) stand here too and are used by {@code org.postern.auth.arc}.
 */
@NullMarked
package org.postern.auth.dkim;

import org.jspecify.annotations.NullMarked;
