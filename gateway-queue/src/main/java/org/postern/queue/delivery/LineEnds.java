package org.postern.queue.delivery;

/**
 * Turns CRLF into LF, block by block. A CR that no LF follows stays, as does a bare LF. One for
 * each message; not thread-safe.
 */
final class LineEnds {
    private byte[] out = new byte[0];
    private boolean heldCr;

    /**
     * Converts the first {@code length} octets of {@code in}; the result stands in {@link
     * #block()}.
     *
     * @return the number of octets there
     */
    int toLf(byte[] in, int length) {
        if (out.length < length + 1) {
            out = new byte[length + 1];
        }
        int at = 0;
        for (int i = 0; i < length; i++) {
            byte b = in[i];
            if (heldCr && b != '\n') {
                out[at++] = '\r';
            }
            heldCr = b == '\r';
            if (!heldCr) {
                out[at++] = b;
            }
        }
        return at;
    }

    /** Gives back a CR that was the very last octet. */
    int finish() {
        if (!heldCr) {
            return 0;
        }
        heldCr = false;
        if (out.length == 0) {
            out = new byte[1];
        }
        out[0] = '\r';
        return 1;
    }

    /** Where the converted octets stand until the next call. */
    byte[] block() {
        return out;
    }
}
