package org.postern.auth.dkim;

import java.util.Arrays;

/**
 * Canonicalizes a body that arrives in blocks and hands runs of canonical octets, as long as they
 * can be, to its hashes. Only CRLF is a line end here; a bare CR or LF is an octet like others.
 */
abstract sealed class BodyCanonicalizer permits SimpleBody, RelaxedBody {
    private static final int EMPTY_LINES = 64;

    /** A block of empty lines, and of a single line end. */
    private static final byte[] CRLFS = crlfs();

    private BodyHash[] hashes = {};

    private static byte[] crlfs() {
        byte[] octets = new byte[EMPTY_LINES * 2];
        for (int i = 0; i < octets.length; i += 2) {
            octets[i] = '\r';
            octets[i + 1] = '\n';
        }
        return octets;
    }

    final void add(BodyHash hash) {
        hashes = Arrays.copyOf(hashes, hashes.length + 1);
        hashes[hashes.length - 1] = hash;
    }

    /** Takes {@code block[from..to)}. */
    abstract void write(byte[] block, int from, int to);

    /** The body has ended. */
    abstract void end();

    final void finish() {
        end();
        for (BodyHash hash : hashes) {
            hash.finish();
        }
    }

    final void emit(byte[] block, int from, int to) {
        if (from < to) {
            for (BodyHash hash : hashes) {
                hash.append(block, from, to);
            }
        }
    }

    final void emitLineEnds(long count) {
        for (long left = count; left > 0; left -= EMPTY_LINES) {
            emit(CRLFS, 0, 2 * (int) Math.min(left, EMPTY_LINES));
        }
    }
}
