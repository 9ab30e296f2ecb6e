package org.postern.smtp.session;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Octets from an array, a few at a time, then the end. */
final class MemoryTransport implements Transport {
    private final byte[] input;
    private final int step;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private int position;

    /**
     * @param step how many octets a read gives at most
     */
    MemoryTransport(byte[] input, int step) {
        this.input = input.clone();
        this.step = Math.max(1, step);
    }

    @Override
    public int read(byte[] block, int offset, int length, long waitNanos, long wholeNanos) {
        if (position == input.length) {
            return -1;
        }
        int n = Math.min(Math.min(step, length), input.length - position);
        System.arraycopy(input, position, block, offset, n);
        position += n;
        return n;
    }

    @Override
    public void write(byte[] block, int offset, int length) {
        output.write(block, offset, length);
    }

    @Override
    public TlsDetails startTls(long timeoutNanos) throws IOException {
        return new TlsDetails("TLSv1.3", "NONE", Optional.empty(), Optional.empty());
    }

    @Override
    public void close() {}

    /** What was written so far. */
    String written() {
        return output.toString(StandardCharsets.UTF_8);
    }
}
