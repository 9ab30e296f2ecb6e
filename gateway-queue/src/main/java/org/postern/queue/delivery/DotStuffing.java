package org.postern.queue.delivery;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Doubles each dot that begins a line (RFC 5321, 4.5.2), block by block. Most blocks hold none, and
 * go out as they are without being copied; the search takes eight octets at a time. One for each
 * message; not thread-safe.
 */
final class DotStuffing {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long DOTS = 0x2e2e2e2e2e2e2e2eL;
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    private byte[] out = new byte[0];
    private byte[] block = out;
    private byte last = '\n'; // the content begins a line
    private byte lastButOne = '\r';

    /**
     * Takes the first {@code length} octets of {@code in}. What is to be sent stands in {@link
     * #block()} until the next call, and may be {@code in} itself.
     *
     * @param room octets that must stay free at the end of the block
     * @return the number of octets to send
     */
    int stuff(byte[] in, int length, int room) {
        block = in;
        boolean copied = false;
        int done = 0;
        int at = 0;
        for (int i = nextDot(in, 0, length); i < length; i = nextDot(in, i + 1, length)) {
            // after a bare LF too, where the next hop might see a line end (none comes past our
            // door)
            if ((i == 0 ? last : in[i - 1]) != '\n') {
                continue;
            }
            if (!copied) {
                copied = true;
                if (out.length < 2 * length + room) {
                    out = new byte[2 * length + room];
                }
                block = out;
            }
            System.arraycopy(in, done, out, at, i - done);
            at += i - done;
            out[at++] = '.';
            done = i;
        }
        remember(in, length);
        if (!copied) {
            return length;
        }
        System.arraycopy(in, done, out, at, length - done);
        return at + length - done;
    }

    private void remember(byte[] in, int length) {
        if (length > 0) {
            lastButOne = length > 1 ? in[length - 2] : last;
            last = in[length - 1];
        }
    }

    /** Where the octets to send stand. */
    byte[] block() {
        return block;
    }

    /** Whether what was taken so far ends with CRLF; content without a single octet does. */
    boolean atLineStart() {
        return last == '\n' && lastButOne == '\r';
    }

    /** The offset of the next dot, or {@code length}. */
    private static int nextDot(byte[] in, int from, int length) {
        int i = from;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            long x = (long) LONGS.get(in, i) ^ DOTS;
            if (((x - ONES) & ~x & HIGHS) != 0) {
                break;
            }
        }
        for (; i < length; i++) {
            if (in[i] == '.') {
                return i;
            }
        }
        return length;
    }
}
