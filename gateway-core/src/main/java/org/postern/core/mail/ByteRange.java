package org.postern.core.mail;

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
}
