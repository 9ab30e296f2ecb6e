package org.postern.queue.spool.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Looks for lines that begin with a dot: these alone are stuffed on the wire (RFC 5321, 4.5.2). */
final class DotLines {
    private static final VarHandle WORD =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH = 0x8080808080808080L;
    private static final long DOTS = ONES * '.';

    private DotLines() {}

    /**
     * Whether any line in a block begins with a dot.
     *
     * @param before the octet before the block; a line feed at the beginning
     */
    static boolean in(byte[] block, int offset, int length, byte before) {
        int end = offset + length;
        int i = offset;
        byte last = before;
        for (; i + Long.BYTES <= end; i += Long.BYTES) {
            // eight octets at once: any dot among them leaves a zero octet in this word
            long word = (long) WORD.get(block, i) ^ DOTS;
            if (((word - ONES) & ~word & HIGH) != 0 && slowly(block, i, i + Long.BYTES, last)) {
                return true;
            }
            last = block[i + Long.BYTES - 1];
        }
        return slowly(block, i, end, last);
    }

    private static boolean slowly(byte[] block, int from, int end, byte before) {
        byte last = before;
        for (int i = from; i < end; i++) {
            if (block[i] == '.' && last == '\n') {
                return true;
            }
            last = block[i];
        }
        return false;
    }
}
