package org.postern.core.mail;

import java.io.IOException;
import java.io.InputStream;

/**
 * The bytes of one stored message: CRLF line ends, not dot-stuffed, trace headers included. May be
 * opened again and again, from any thread; each stream belongs to one.
 */
public interface MessageSource {
    /** The number of octets that {@link #open()} gives. */
    long size();

    /**
     * Opens the content from its first octet. Read it in blocks; the caller closes it.
     *
     * @throws IOException if the content cannot be read; a checksum that does not hold is one such
     */
    InputStream open() throws IOException;
}
