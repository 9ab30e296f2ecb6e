package org.postern.queue.spool.log;

import java.io.IOException;
import java.io.InputStream;

/** A stream that is made to be read a block at a time, and gives single octets where it must. */
abstract class BlockStream extends InputStream {
    @Override
    public final int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public abstract int read(byte[] into, int offset, int length) throws IOException;
}
