package org.postern.queue.spool.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Builds a payload: big-endian numbers, texts and blocks with their length before them. */
final class Encoder {
    private ByteBuffer out;

    Encoder(int expected) {
        out = ByteBuffer.allocate(expected);
    }

    private ByteBuffer room(int bytes) {
        if (out.remaining() < bytes) {
            int size = Math.max(out.capacity() * 2, out.position() + bytes);
            out = ByteBuffer.wrap(Arrays.copyOf(out.array(), size)).position(out.position());
        }
        return out;
    }

    Encoder u8(int value) {
        room(1).put((byte) value);
        return this;
    }

    Encoder i32(int value) {
        room(4).putInt(value);
        return this;
    }

    Encoder i64(long value) {
        room(8).putLong(value);
        return this;
    }

    Encoder text(String value) {
        return block(value.getBytes(StandardCharsets.UTF_8));
    }

    Encoder block(byte[] value) {
        room(4 + value.length).putInt(value.length).put(value);
        return this;
    }

    /** Octets without a length. */
    Encoder raw(byte[] value) {
        room(value.length).put(value);
        return this;
    }

    int length() {
        return out.position();
    }

    byte[] toArray() {
        return Arrays.copyOf(out.array(), out.position());
    }
}
