package org.postern.core.greylist;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.postern.core.files.WholeFile;

/**
 * The table on disk: a head of 16 octets, 24 octets for each entry, and a tail with their number
 * and a CRC32C over all before it. Written beside and moved into place, so that there is always a
 * whole one. Used by one thread at a time.
 */
public final class GreylistFile {
    private static final long MAGIC = 0x5053_544e_4752_4c31L; // PSTNGRL1
    private static final int HEAD = 16;
    private static final int ENTRY = 24;
    private static final int TAIL = 16;
    private static final int BLOCK = ENTRY * 2_730; // about 64 KB

    private final Path file;

    /** The file; it need not exist. */
    public GreylistFile(Path file) {
        this.file = file;
    }

    /** What came of reading the file. */
    public sealed interface Read {
        /**
         * It was read.
         *
         * @param entries how many there were
         */
        record Whole(long entries) implements Read {}

        /** There is none, as at the first start. */
        record None() implements Read {}

        /**
         * It cannot be trusted; nothing of it was taken over, and it was moved aside.
         *
         * @param why what is wrong
         * @param aside where it lies now
         */
        record Damaged(String why, Path aside) implements Read {}
    }

    /**
     * Reads it into an empty table.
     *
     * @param most entries that are taken over at most
     * @throws IOException if the disk will not; the table may hold a part
     */
    public Read load(Greylist into, int most) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long entries = (channel.size() - HEAD - TAIL) / ENTRY;
            String wrong = check(channel, entries);
            if (wrong.isEmpty()) {
                channel.position(HEAD);
                each(channel, entries, into, most);
                return new Read.Whole(entries);
            }
            Path aside = file.resolveSibling(file.getFileName() + ".damaged");
            Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
            return new Read.Damaged(wrong, aside);
        } catch (NoSuchFileException e) {
            return new Read.None();
        }
    }

    private static String check(FileChannel channel, long entries) throws IOException {
        long size = channel.size();
        if (size < HEAD + TAIL || (size - HEAD - TAIL) % ENTRY != 0) {
            return "it has " + size + " octets, which no whole file has";
        }
        CRC32C crc = new CRC32C();
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        long left = size - TAIL;
        boolean head = true;
        while (left > 0) {
            block.clear().limit((int) Math.min(BLOCK, left));
            fill(channel, block);
            if (head && block.getLong(0) != MAGIC) {
                return "it does not begin as such a file does";
            }
            head = false;
            left -= block.limit();
            crc.update(block.flip());
        }
        ByteBuffer tail = ByteBuffer.allocate(TAIL);
        fill(channel, tail);
        tail.flip();
        return tail.getLong() == entries && tail.getLong() == crc.getValue()
                ? ""
                : "its checksum is wrong";
    }

    private static void each(FileChannel channel, long entries, Greylist into, int most)
            throws IOException {
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        long left = entries * ENTRY;
        while (left > 0) {
            block.clear().limit((int) Math.min(BLOCK, left));
            fill(channel, block);
            left -= block.limit();
            block.flip();
            while (block.hasRemaining()) {
                Triplet triplet = new Triplet(block.getLong(), block.getLong());
                into.restore(triplet, block.getLong(), most);
            }
        }
    }

    private static void fill(FileChannel channel, ByteBuffer block) throws IOException {
        while (block.hasRemaining()) {
            if (channel.read(block) < 0) {
                throw new IOException("the file became shorter while it was read");
            }
        }
    }

    /**
     * Writes the table. Answers go on meanwhile; what changes then may or may not be in it.
     *
     * @throws IOException if the disk will not; the file that was there stays
     */
    public void save(Greylist greylist) throws IOException {
        WholeFile.write(file, channel -> write(channel, greylist));
    }

    private static void write(FileChannel channel, Greylist greylist) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        block.putLong(MAGIC).putLong(0);
        long entries = 0;
        for (int part = 0; part < Greylist.parts(); part++) {
            long[] numbers = greylist.copy(part);
            entries += numbers.length / 3;
            for (int i = 0; i < numbers.length; i += 3) {
                if (block.remaining() < ENTRY) {
                    flush(channel, block, crc);
                }
                block.putLong(numbers[i]).putLong(numbers[i + 1]).putLong(numbers[i + 2]);
            }
        }
        flush(channel, block, crc);
        block.putLong(entries).putLong(crc.getValue());
        flush(channel, block, crc);
    }

    private static void flush(FileChannel channel, ByteBuffer block, CRC32C crc)
            throws IOException {
        block.flip();
        crc.update(block.duplicate());
        while (block.hasRemaining()) {
            channel.write(block);
        }
        block.clear();
    }
}
