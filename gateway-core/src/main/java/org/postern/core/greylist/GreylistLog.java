package org.postern.core.greylist;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * What has changed since {@link GreylistFile} was last written, appended as it happens: 28 octets a
 * change, each with its checksum, behind a first record that names the form and the key of the
 * table. It is not forced: a killed process loses nothing that was appended, a machine without
 * power what its kernel had not written yet. Reading ends at the first record that is not whole.
 * Used by one thread at a time.
 *
 * <p>Form 1 had no first record; what stands in it was made without a key.
 */
public final class GreylistLog implements AutoCloseable {
    private static final long MAGIC = 0x5053_544e_4752_4732L; // PSTNGRG2
    private static final int RECORD = 28;
    private static final int BATCH = 2_048;

    private final FileChannel channel;
    private final ByteBuffer block = ByteBuffer.allocate(RECORD * BATCH);

    private GreylistLog(FileChannel channel) {
        this.channel = channel;
    }

    /** What came of reading a log. */
    public sealed interface Read {
        /**
         * It was read up to its end, or to a record that is not whole.
         *
         * @param records changes that were taken over
         * @param former whether it was of the form before
         * @param cut octets behind them that were no whole record
         */
        record Replayed(long records, boolean former, long cut) implements Read {}

        /** There is none. */
        record None() implements Read {}

        /**
         * It is none of this table's; nothing of it was taken over, and it was moved aside.
         *
         * @param why what is wrong
         * @param aside where it lies now
         */
        record Foreign(String why, Path aside) implements Read {}
    }

    /**
     * Begins an empty log of a table, in the place of any that is there.
     *
     * @throws IOException if the disk will not
     */
    public static GreylistLog begin(Path file, Greylist of) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
        GreylistLog log = new GreylistLog(channel);
        try {
            log.clear(of);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        return log;
    }

    /**
     * Takes over every whole record, oldest first.
     *
     * @param into the table, as its file was read
     * @param most entries that the table may have
     * @throws IOException if the disk will not; the table may hold a part
     */
    public static Read replay(Path file, Greylist into, int most) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new GreylistLog(channel).replay(channel.size(), file, into, most);
        } catch (NoSuchFileException e) {
            return new Read.None();
        }
    }

    private Read replay(long size, Path file, Greylist into, int most) throws IOException {
        long records = 0;
        boolean former = true;
        boolean first = true;
        while (fill()) {
            while (block.remaining() >= RECORD) {
                int at = block.position();
                Triplet triplet = new Triplet(block.getLong(), block.getLong());
                long times = block.getLong();
                boolean whole = block.getInt() == checksum(at);
                if (first) {
                    String wrong = wrong(triplet, whole, into);
                    if (!wrong.isEmpty()) {
                        return new Read.Foreign(wrong, aside(file, triplet.high()));
                    }
                    former = triplet.high() != MAGIC;
                    first = false;
                    if (!former) {
                        continue;
                    }
                }
                if (!whole) {
                    return new Read.Replayed(records, former, size - octets(records, former));
                }
                into.restore(triplet, times, most);
                records++;
            }
            block.compact();
        }
        return new Read.Replayed(records, former && records > 0, size - octets(records, former));
    }

    private static long octets(long records, boolean former) {
        return RECORD * (records + (former ? 0 : 1));
    }

    private static Path aside(Path file, long magic) throws IOException {
        return GreylistFile.aside(file, GreylistFile.isLater(magic, MAGIC) ? ".newer" : ".damaged");
    }

    private static String wrong(Triplet first, boolean whole, Greylist table) {
        if (GreylistFile.isLater(first.high(), MAGIC)) {
            return "a newer version wrote it, in form " + (char) (first.high() & 0xff);
        }
        if (!whole) {
            return "it does not begin as such a file does";
        }
        return first.high() == MAGIC && first.low() != table.key().id()
                ? "the table that it goes with is gone"
                : "";
    }

    /** Reads on behind what is left of the block; false where nothing more comes. */
    private boolean fill() throws IOException {
        int before = block.position();
        int read = 0;
        while (read >= 0 && block.hasRemaining()) {
            read = channel.read(block);
        }
        boolean more = block.position() > before;
        block.flip();
        return more;
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
            put(changes[i], changes[i + 1], changes[i + 2]);
        }
        flush();
    }

    private void put(long high, long low, long times) {
        int at = block.position();
        block.putLong(high).putLong(low).putLong(times);
        block.putInt(checksum(at));
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
    public void clear(Greylist table) throws IOException {
        channel.truncate(0);
        channel.position(0);
        block.clear();
        put(MAGIC, table.key().id(), 0);
        flush();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
