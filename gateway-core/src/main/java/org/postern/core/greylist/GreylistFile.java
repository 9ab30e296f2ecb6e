package org.postern.core.greylist;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.zip.CRC32C;
import org.postern.core.files.WholeFile;

/**
 * The table on disk: a head of 48 octets with the form's number, how long entries of the form
 * before are expected, and the {@link GreylistKey}; 24 octets for each entry; and a tail with their
 * number and a CRC32C over all before it. Written beside and moved into place, so that there is
 * always a whole one; only its owner may read it. Used by one thread at a time.
 *
 * <p>Form 1 had a head of 16 octets and no key; it is read, and written as form 2.
 */
public final class GreylistFile {
    private static final long MAGIC = 0x5053_544e_4752_4c32L; // PSTNGRL2
    private static final long FORMER = 0x5053_544e_4752_4c31L; // PSTNGRL1
    private static final int HEAD = 16 + GreylistKey.OCTETS;
    private static final int FORMER_HEAD = 16;
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
         * @param former whether it was of the form before, which had no key: the table has a new
         *     one, and nothing may rest on it before it is saved
         */
        record Whole(long entries, boolean former) implements Read {}

        /** There is none, as at the first start. */
        record None() implements Read {}

        /**
         * It cannot be trusted, or not be read by this version; nothing of it was taken over, and
         * it was moved aside.
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
            ByteBuffer head = ByteBuffer.allocate(HEAD);
            fillFrom(channel, head);
            head.flip();
            long magic = head.remaining() < Long.BYTES ? 0 : head.getLong();
            int length = magic == FORMER ? FORMER_HEAD : HEAD;
            long entries = (channel.size() - length - TAIL) / ENTRY;
            String wrong = check(channel, magic, length, entries);
            if (!wrong.isEmpty()) {
                return new Read.Damaged(
                        wrong, aside(file, isLater(magic, MAGIC) ? ".newer" : ".damaged"));
            }
            long formerUntil = head.getLong();
            if (magic == MAGIC) {
                byte[] key = new byte[GreylistKey.OCTETS];
                head.get(key);
                into.use(GreylistKey.of(key));
                if (formerUntil > 0) {
                    into.expectFormer(Instant.ofEpochSecond(formerUntil));
                }
            }
            channel.position(length);
            each(channel, entries, into, most);
            return new Read.Whole(entries, magic == FORMER);
        } catch (NoSuchFileException e) {
            return new Read.None();
        }
    }

    /**
     * Puts a file out of the way that is not to be written over.
     *
     * @return where it lies now
     */
    static Path aside(Path file, String ending) throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + ending);
        Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
        return aside;
    }

    /** Whether two names are of one kind of file, of whatever form. */
    static boolean isLater(long magic, long than) {
        return magic >>> 8 == than >>> 8 && magic > than && (magic & 0xff) <= '9';
    }

    private static String check(FileChannel channel, long magic, int head, long entries)
            throws IOException {
        if (isLater(magic, MAGIC)) {
            return "a newer version wrote it, in form " + (char) (magic & 0xff);
        }
        if (magic != MAGIC && magic != FORMER) {
            return "it does not begin as such a file does";
        }
        long size = channel.size();
        if (size < head + TAIL || (size - head - TAIL) % ENTRY != 0) {
            return "it has " + size + " octets, which no whole file has";
        }
        channel.position(0);
        CRC32C crc = new CRC32C();
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        long left = size - TAIL;
        while (left > 0) {
            block.clear().limit((int) Math.min(BLOCK, left));
            fill(channel, block);
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

    /** Reads until the block is full or the file ends. */
    private static void fillFrom(FileChannel channel, ByteBuffer block) throws IOException {
        int read = 0;
        while (read >= 0 && block.hasRemaining()) {
            read = channel.read(block);
        }
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
        WholeFile.writePrivate(file, channel -> write(channel, greylist));
    }

    private static void write(FileChannel channel, Greylist greylist) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        block.putLong(MAGIC).putLong(greylist.formerUntil()).put(greylist.key().octets());
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
