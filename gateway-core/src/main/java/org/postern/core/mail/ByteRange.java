package org.postern.core.mail;

import java.util.List;

/**
 * A run of octets in received content, counted from its first octet.
 *
 * @param start offset of the first octet
 * @param end offset after the last octet
 */
public record ByteRange(long start, long end) {
    public ByteRange {
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("range " + start + " to " + end);
        }
    }

    /** How many octets it holds. */
    public long length() {
        return end - start;
    }

    /**
     * Checks that ranges ascend, do not overlap and lie within {@code size} octets.
     *
     * @throws IllegalArgumentException if they do not
     */
    public static void check(List<ByteRange> ranges, long size) {
        long at = 0;
        for (ByteRange range : ranges) {
            if (range.start() < at || range.end() > size) {
                throw new IllegalArgumentException(
                        "range " + range + " overlaps another or lies beyond " + size);
            }
            at = range.end();
        }
    }
}
