package org.postern.auth.dkim;

import java.util.Arrays;

/** Octets appended one after another; grows, never shrinks. */
final class OctetBuffer {
    private byte[] octets;
    private int size;

    OctetBuffer(int capacity) {
        octets = new byte[capacity];
    }

    /** Makes room for {@code more} octets. */
    void ensure(int more) {
        if (octets.length - size < more) {
            octets = Arrays.copyOf(octets, Math.max(octets.length * 2, size + more));
        }
    }

    /** Appends one octet; room for it must have been {@linkplain #ensure made}. */
    void put(byte octet) {
        octets[size++] = octet;
    }

    void append(byte[] source, int from, int to) {
        ensure(to - from);
        System.arraycopy(source, from, octets, size, to - from);
        size += to - from;
    }

    void crlf() {
        ensure(2);
        put((byte) '\r');
        put((byte) '\n');
    }

    void cut(int newSize) {
        size = Math.min(size, newSize);
    }

    byte[] octets() {
        return octets;
    }

    int size() {
        return size;
    }
}
