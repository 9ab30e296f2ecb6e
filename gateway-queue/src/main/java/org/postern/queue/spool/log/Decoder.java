package org.postern.queue.spool.log;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.postern.queue.spool.SpoolException;

/**
 * Reads a payload whose checksum holds. What does not fit the format all the same (another version,
 * a defect) is a {@link SpoolException} of kind DAMAGED, never an index out of bounds.
 */
final class Decoder {
    private final ByteBuffer in;

    Decoder(ByteBuffer in) {
        this.in = in;
    }

    /** Whether anything is left. */
    boolean hasMore() {
        return in.hasRemaining();
    }

    int u8() throws SpoolException {
        return need(1).get() & 0xff;
    }

    int i32() throws SpoolException {
        return need(4).getInt();
    }

    long i64() throws SpoolException {
        return need(8).getLong();
    }

    /** A number of elements that each take at least {@code least} octets. */
    int count(int least) throws SpoolException {
        int n = i32();
        if (n < 0 || (long) n * least > in.remaining()) {
            throw damaged("a count of " + n + " with " + in.remaining() + " octets left");
        }
        return n;
    }

    String text() throws SpoolException {
        return new String(block(), StandardCharsets.UTF_8);
    }

    byte[] block() throws SpoolException {
        return raw(count(1));
    }

    byte[] raw(int length) throws SpoolException {
        byte[] value = new byte[length];
        need(length).get(value);
        return value;
    }

    <E> E oneOf(E[] values) throws SpoolException {
        int n = u8();
        if (n >= values.length) {
            throw damaged("a value of " + n + " where " + values.length + " are known");
        }
        return values[n];
    }

    private ByteBuffer need(int bytes) throws SpoolException {
        if (bytes < 0 || in.remaining() < bytes) {
            throw damaged("it ends too early", new BufferUnderflowException());
        }
        return in;
    }

    static SpoolException damaged(String what) {
        return new SpoolException(
                SpoolException.Kind.DAMAGED, "a record does not fit the format: " + what);
    }

    static SpoolException damaged(String what, Throwable cause) {
        return new SpoolException(
                SpoolException.Kind.DAMAGED, "a record does not fit the format: " + what, cause);
    }
}
