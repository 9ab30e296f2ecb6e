package org.postern.queue.spool.log;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;
import org.postern.core.mail.ByteRange;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.disk.DiskFile;

/** Trace headers from memory, then the content of a large file without the omitted ranges. */
final class ContentStream extends BlockStream {
    private static final int BLOCK = 128 << 10;

    private final ByteBuffer trace;
    private final DiskFile file;
    private final Path path;
    private final long length;
    private final int expectedCrc;
    private final List<ByteRange> omitted;
    private final CRC32C crc = new CRC32C();
    private final byte[] block = new byte[BLOCK];
    private int blockAt;
    private int blockEnd;
    private long blockStart;
    private int nextOmitted;

    ContentStream(
            ByteBuffer trace,
            DiskFile file,
            Path path,
            MessageRecord message,
            List<ByteRange> omitted) {
        this.trace = trace;
        this.file = file;
        this.path = path;
        this.length = message.contentLength();
        this.expectedCrc = message.contentCrc();
        this.omitted = omitted;
    }

    @Override
    public int read(byte[] into, int offset, int wanted) throws IOException {
        if (wanted == 0) {
            return 0;
        }
        if (trace.hasRemaining()) {
            int n = Math.min(wanted, trace.remaining());
            trace.get(into, offset, n);
            return n;
        }
        int n = Math.min(wanted, available(true));
        if (n <= 0) {
            return -1;
        }
        System.arraycopy(block, blockAt, into, offset, n);
        blockAt += n;
        return n;
    }

    @Override
    public long transferTo(OutputStream out) throws IOException {
        long total = trace.remaining();
        byte[] first = new byte[trace.remaining()];
        trace.get(first);
        out.write(first);
        for (int n = available(true); n > 0; n = available(true)) {
            out.write(block, blockAt, n);
            blockAt += n;
            total += n;
        }
        return total;
    }

    /** Octets in the block up to the next omitted range, reading on where there are none. */
    private int available(boolean readOn) throws IOException {
        while (true) {
            if (blockAt == blockEnd && (!readOn || !fill())) {
                return 0;
            }
            long at = blockStart + blockAt;
            while (nextOmitted < omitted.size() && omitted.get(nextOmitted).end() <= at) {
                nextOmitted++;
            }
            if (nextOmitted == omitted.size() || omitted.get(nextOmitted).start() >= limit()) {
                return blockEnd - blockAt;
            }
            ByteRange range = omitted.get(nextOmitted);
            if (range.start() > at) {
                return (int) (range.start() - at);
            }
            blockAt = (int) (Math.min(range.end(), limit()) - blockStart);
        }
    }

    private long limit() {
        return blockStart + blockEnd;
    }

    private boolean fill() throws IOException {
        blockStart += blockEnd;
        blockAt = 0;
        blockEnd = 0;
        if (blockStart == length) {
            if ((int) crc.getValue() != expectedCrc) {
                throw new SpoolException(
                        SpoolException.Kind.DAMAGED,
                        path + ": the content does not hold its checksum");
            }
            return false;
        }
        int n =
                file.read(
                        ByteBuffer.wrap(block, 0, (int) Math.min(BLOCK, length - blockStart)),
                        blockStart);
        if (n <= 0) {
            throw new SpoolException(
                    SpoolException.Kind.DAMAGED,
                    path + ": ends at " + blockStart + " of " + length);
        }
        crc.update(block, 0, n);
        blockEnd = n;
        return true;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
