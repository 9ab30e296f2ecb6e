package org.postern.core.mail;

import java.io.IOException;

/**
 * Takes message content block by block. The content is as DKIM sees it: CRLF line ends, dots
 * unstuffed, no terminating dot. The array is the caller's again when the call returns.
 */
@FunctionalInterface
public interface ByteSink {
    /**
     * Takes {@code length} octets from {@code offset}.
     *
     * @throws IOException if they cannot be kept; the caller stops and refuses the message for now
     */
    void write(byte[] block, int offset, int length) throws IOException;
}
