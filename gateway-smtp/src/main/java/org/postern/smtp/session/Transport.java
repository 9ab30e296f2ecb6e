package org.postern.smtp.session;

import java.io.IOException;

/**
 * The octets of a connection, wherever they come from. Used by the session's thread; {@link #write}
 * and {@link #close} may also be called by the thread that stops the gateway.
 */
public interface Transport {
    /**
     * Reads what is there, waiting for the first octet.
     *
     * @param waitNanos the longest wait, greater than 0
     * @param wholeNanos the longest time that what has begun to come may take until an octet of it
     *     can be read, which under TLS is a whole record; no less than the wait. When it has passed
     *     the connection is closed
     * @return the number of octets, -1 when the client has closed
     * @throws java.net.SocketTimeoutException when nothing came in time
     * @throws IOException when the connection is broken
     */
    int read(byte[] block, int offset, int length, long waitNanos, long wholeNanos)
            throws IOException;

    /**
     * Writes everything.
     *
     * @throws WriteTimeoutException when the client did not take it within {@code
     *     limits.write-timeout}; the connection is closed then
     * @throws IOException when the connection is broken
     */
    void write(byte[] block, int offset, int length) throws IOException;

    /**
     * Begins TLS with the next octet (RFC 3207).
     *
     * @param timeoutNanos the longest time for the handshake
     * @throws IOException when the handshake failed; the connection is of no more use
     */
    TlsDetails startTls(long timeoutNanos) throws IOException;

    /** Closes the connection at once. May be called more than once. */
    void close();
}
