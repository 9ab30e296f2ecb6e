/**
 * The header section of a message, read once from raw bytes and shared by DKIM, ARC, DMARC's From
 * extraction and the search for forged Authentication-Results. Nothing is decoded, unfolded or
 * dropped here: a field is a range of the received content.
 */
@NullMarked
package org.postern.auth.header;

import org.jspecify.annotations.NullMarked;
