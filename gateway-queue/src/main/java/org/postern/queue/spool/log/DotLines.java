package org.postern.queue.spool.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Looks for lines that begin with a dot: these alone are stuffed on the wire (RFC 5321, 4.5.2). */
final class DotLines {
    private static final VarHandle WORD =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long LOW = 0x7f7f7f7f7f7f7f7fL;
    private static final long HIGHS = ~LOW;
    private static final long DOTS = ONES * '.';
    private static final long FEEDS = ONES * '\n';

    private DotLines() {}

    /**
     * Whether any line in a block begins with a dot.
     *
     * @param before the octet before the block; a line feed at the beginning
     */
    static boolean in(byte[] block, int offset, int length, byte before) {
        int end = offset + length;
        int i = offset;
        // the highest bit of each octet that follows a line feed
        long carry = before == '\n' ? 0x80 : 0;
        for (; i + Long.BYTES <= end; i += Long.BYTES) {
            long word = (long) WORD.get(block, i);
            // most words hold no line feed: told in half the steps, if not where
            long others = word ^ FEEDS;
            if ((((others - ONES) & ~others & HIGHS) | carry) == 0) {
                continue;
            }
            long feeds = zeros(others);
            if ((zeros(word ^ DOTS) & ((feeds << Byte.SIZE) | carry)) != 0) {
                return true;
            }
            carry = feeds >>> (Long.SIZE - Byte.SIZE);
        }
        boolean lineStart = carry != 0;
        for (; i < end; i++) {
            if (lineStart && block[i] == '.') {
                return true;
            }
            lineStart = block[i] == '\n';
        }
        return false;
    }

    /** The highest bit of each octet that is zero, exactly. */
    private static long zeros(long word) {
        return ~(((word & LOW) + LOW) | word | LOW);
    }
}
