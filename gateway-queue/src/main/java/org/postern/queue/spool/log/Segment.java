package org.postern.queue.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.disk.DiskFile;

/**
 * One file of the log, and the books on what in it is still needed. Written by the writer alone;
 * the books are guarded by {@link SegmentStore}.
 */
final class Segment {
    /** What a first read of a record takes in: header, envelope and most trace headers. */
    private static final int FIRST_READ = 2048;

    private static final Pattern SEGMENT_NAME = Pattern.compile("[0-9]{8,10}[.]seg");

    final int number;
    final Path path;
    final DiskFile file;

    /** Whether messages stay out of it: it is the reserve. */
    final boolean stateOnly;

    /** Octets that it may hold. */
    final int capacity;

    /** Octets in use; by the writer, and final once the segment is left. */
    volatile int end;

    /** LSN of the last record in it that is durable, its base less one while there is none. */
    volatile long lastLsn;

    /** Whether the writer has left it. */
    volatile boolean left;

    /** Whether the writer left it because a write or force failed. */
    volatile boolean poisoned;

    /** Whether its end is written down in it. */
    volatile boolean ended;

    /** Whether recovery found damage in it. */
    volatile boolean damaged;

    /** Whether its facts stand in a file beside it, or need not. */
    volatile boolean digested;

    /** Spool time at which it was left. */
    volatile long leftMillis;

    /** Whether everything in it that is still needed stands elsewhere too. */
    volatile boolean evacuated;

    int liveMessages;
    int liveStates;
    long liveBytes;

    /** Older segments that its DONE records and copies speak of. */
    final Set<Integer> speaksOf = new TreeSet<>();

    Segment(int number, Path path, DiskFile file, int capacity, int end, boolean stateOnly) {
        this.number = number;
        this.path = path;
        this.file = file;
        this.capacity = capacity;
        this.end = end;
        this.stateOnly = stateOnly;
    }

    static String fileName(int number) {
        return String.format(Locale.ROOT, "%08d.seg", number);
    }

    /** The number in a segment's file name, 0 if it is none. */
    static int numberOf(Path path) {
        String name = String.valueOf(path.getFileName());
        if (!SEGMENT_NAME.matcher(name).matches()) {
            return 0;
        }
        long number = Long.parseLong(name.substring(0, name.indexOf('.')));
        // one number has one name: another spelling of it would be read as the same segment again
        return number <= Integer.MAX_VALUE && name.equals(fileName((int) number))
                ? (int) number
                : 0;
    }

    /** Reads the record header at {@code offset}. */
    RecordHeader header(int offset) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(RecordHeader.BYTES);
        file.read(buffer, offset);
        return check(RecordHeader.get(buffer.flip(), 0), offset);
    }

    /** Reads a whole record's payload and checks it. */
    ByteBuffer payload(int offset) throws IOException {
        return payload(offset, FIRST_READ, true);
    }

    /**
     * Reads the payload of a MESSAGE as far as {@link MessageRecord#decode} needs it; the caller
     * relies on the checksum that this part has of its own.
     */
    ByteBuffer messageHead(int offset) throws IOException {
        return payload(offset, FIRST_READ, false);
    }

    private ByteBuffer payload(int offset, int firstRead, boolean whole) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(firstRead);
        file.read(buffer, offset);
        buffer.flip();
        RecordHeader header = check(RecordHeader.get(buffer, 0), offset);
        int have = Math.min(buffer.limit() - RecordHeader.BYTES, header.length());
        int need = header.length();
        if (!whole) {
            ByteBuffer fixed = buffer.slice(RecordHeader.BYTES, have);
            need = have < MessageRecord.FIXED ? -1 : MessageRecord.needed(fixed);
            if (need < 0 || need > header.length()) {
                throw damage(offset, "the length of an envelope makes no sense");
            }
        }
        ByteBuffer payload;
        if (need <= have) {
            payload = buffer.slice(RecordHeader.BYTES, need);
        } else {
            payload = ByteBuffer.allocate(need);
            payload.put(buffer.slice(RecordHeader.BYTES, have));
            file.read(payload, (long) offset + RecordHeader.BYTES + have);
            payload.flip();
        }
        if (whole) {
            java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
            crc.update(payload.duplicate());
            if (payload.remaining() != header.length()
                    || (int) crc.getValue() != header.payloadCrc()) {
                throw damage(offset, "its checksum does not hold");
            }
        }
        return payload;
    }

    private RecordHeader check(@Nullable RecordHeader header, int offset) throws SpoolException {
        if (header == null) {
            throw damage(offset, "its header does not hold its checksum");
        }
        return header;
    }

    private SpoolException damage(int offset, String what) {
        return new SpoolException(
                SpoolException.Kind.DAMAGED, "record at " + path + ":" + offset + ": " + what);
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
