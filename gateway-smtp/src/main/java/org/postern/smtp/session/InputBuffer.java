package org.postern.smtp.session;

import java.io.IOException;
import java.util.Arrays;

/**
 * Octets that have been read and not yet used. Small while a session is idle, larger while content
 * flows. Not thread-safe.
 */
public final class InputBuffer {
    /** Room in an idle session. */
    static final int SMALL = 1_024;

    /** Room while content flows. */
    static final int LARGE = 32_768;

    private byte[] bytes = new byte[SMALL];
    private int position;
    private int limit;

    /** The array; {@link #position} to {@link #limit} are unused octets. */
    public byte[] bytes() {
        return bytes;
    }

    /** Index of the first unused octet. */
    public int position() {
        return position;
    }

    /** Index behind the last unused octet. */
    public int limit() {
        return limit;
    }

    /** The number of unused octets. */
    public int available() {
        return limit - position;
    }

    /** Marks octets as used. */
    public void skip(int count) {
        position += count;
        if (position == limit) {
            position = 0;
            limit = 0;
        }
    }

    /** Drops everything unused (RFC 3207, 4.2: what came before TLS is not believed). */
    public void clear() {
        position = 0;
        limit = 0;
    }

    /** Takes the unused octets out, for a TLS layer that begins in the middle of the buffer. */
    public byte[] takeAll() {
        byte[] all = Arrays.copyOfRange(bytes, position, limit);
        clear();
        return all;
    }

    /** Gives memory back while nothing is buffered. */
    void shrink() {
        if (limit == 0 && bytes.length > SMALL) {
            bytes = new byte[SMALL];
        }
    }

    /** Whether more than an idle session's memory is held. */
    boolean isLarge() {
        return bytes.length > SMALL;
    }

    /** As the other one, with no more time for the whole than for the wait. */
    public int fill(Transport transport, long timeoutNanos) throws IOException {
        return fill(transport, timeoutNanos, timeoutNanos);
    }

    /**
     * Reads once, behind what is unused. The array grows up to {@link #LARGE} when reads fill it,
     * and beyond only when a command line needs it.
     *
     * @param waitNanos as in {@link Transport#read}
     * @param wholeNanos as in {@link Transport#read}
     * @return the number of octets read, -1 at the end
     */
    int fill(Transport transport, long waitNanos, long wholeNanos) throws IOException {
        makeRoom();
        int room = bytes.length - limit;
        int n = transport.read(bytes, limit, room, waitNanos, wholeNanos);
        if (n > 0) {
            limit += n;
            if (n == room && bytes.length < LARGE) {
                bytes = Arrays.copyOf(bytes, Math.min(LARGE, bytes.length * 4));
            }
        }
        return n;
    }

    private void makeRoom() {
        if (limit < bytes.length) {
            return;
        }
        if (position > 0) {
            System.arraycopy(bytes, position, bytes, 0, limit - position);
            limit -= position;
            position = 0;
        } else {
            bytes = Arrays.copyOf(bytes, bytes.length * 2);
        }
    }
}
