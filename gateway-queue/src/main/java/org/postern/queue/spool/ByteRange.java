package org.postern.queue.spool;

import java.util.List;

/**
 * A range of octets of received content.
 *
 * @param start offset of the first octet, from 0
 * @param end offset behind the last octet, greater than start
 */
public record ByteRange(long start, long end) {
    public ByteRange {
        if (start < 0 || end <= start) {
            throw new IllegalArgumentException("no byte range: " + start + ".." + end);
        }
    }

    /** The number of octets. */
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
                        "omitted range " + range + " overlaps another or lies beyond " + size);
            }
            at = range.end();
        }
    }
}
