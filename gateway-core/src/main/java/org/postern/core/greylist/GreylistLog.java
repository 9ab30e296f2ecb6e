package org.postern.core.greylist;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * What has changed since {@link GreylistFile} was last written, appended as it happens: 28 octets a
 * change, each with its checksum. It is not forced: a killed process loses nothing that was
 * appended, a machine without power what its kernel had not written yet. Reading ends at the first
 * record that is not whole. Used by one thread at a time.
 */
public final class GreylistLog implements AutoCloseable {
    private static final int RECORD = 28;
    private static final int BATCH = 2_048;

    private final FileChannel channel;
    private final ByteBuffer block = ByteBuffer.allocate(RECORD * BATCH);

    private GreylistLog(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Opens the log, which need not exist.
     *
     * @throws IOException if the disk will not
     */
    public static GreylistLog open(Path file) throws IOException {
        return new GreylistLog(
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE));
    }

    /**
     * Takes over every whole record, oldest first, and cuts off what is behind them.
     *
     * @param most entries that the table may have
     * @return how many records there were
     * @throws IOException if the disk will not; the table may hold a part
     */
    public long replay(Greylist into, int most) throws IOException {
        long records = 0;
        long whole = 0;
        channel.position(0);
        while (true) {
            block.clear();
            int read = 0;
            while (read >= 0 && block.hasRemaining()) {
                read = channel.read(block);
            }
            block.flip();
            while (block.remaining() >= RECORD) {
                int at = block.position();
                Triplet triplet = new Triplet(block.getLong(), block.getLong());
                long times = block.getLong();
                if (block.getInt() != checksum(at)) {
                    return end(records, whole);
                }
                into.restore(triplet, times, most);
                records++;
                whole += RECORD;
            }
            if (read < 0) {
                return end(records, whole);
            }
        }
    }

    private long end(long records, long whole) throws IOException {
        channel.truncate(whole);
        channel.position(whole);
        return records;
    }

    /**
     * Appends changes.
     *
     * @param changes three numbers each, as {@link Greylist#drain} gives them
     * @throws IOException if the disk will not; nothing may be appended behind what was begun
     */
    public void append(long[] changes) throws IOException {
        block.clear();
        for (int i = 0; i < changes.length; i += 3) {
            if (block.remaining() < RECORD) {
                flush();
            }
            int at = block.position();
            block.putLong(changes[i]).putLong(changes[i + 1]).putLong(changes[i + 2]);
            block.putInt(checksum(at));
        }
        flush();
    }

    private int checksum(int at) {
        CRC32C crc = new CRC32C();
        crc.update(block.array(), at, RECORD - Integer.BYTES);
        return (int) crc.getValue();
    }

    private void flush() throws IOException {
        block.flip();
        while (block.hasRemaining()) {
            channel.write(block);
        }
        block.clear();
    }

    /** Octets. */
    public long size() throws IOException {
        return channel.size();
    }

    /** Forgets everything: the whole table has been written. */
    public void clear() throws IOException {
        channel.truncate(0);
        channel.position(0);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
