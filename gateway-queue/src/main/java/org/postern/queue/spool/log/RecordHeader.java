package org.postern.queue.spool.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The 48 bytes before each record's payload.
 *
 * @param type what it is
 * @param lsn its log sequence number
 * @param forcedLsn every record up to this one had been forced when this one was written
 * @param spoolMillis spool time
 * @param length length of the payload
 * @param payloadCrc CRC32C of the payload
 */
record RecordHeader(
        RecordType type, long lsn, long forcedLsn, long spoolMillis, int length, int payloadCrc) {
    static final int BYTES = 48;
    static final int MAGIC = 0x506f5263; // "PoRc"
    static final int VERSION = 1;
    private static final int CRC_AT = 40;

    /** What a record with this payload takes in a segment. */
    static int spaceFor(int length) {
        return BYTES + ((length + 7) & ~7);
    }

    int space() {
        return spaceFor(length);
    }

    /** Writes the header at the buffer's position, which must have a backing array or be direct. */
    void put(ByteBuffer out) {
        int start = out.position();
        out.putInt(MAGIC).put((byte) VERSION).put((byte) type.code()).putShort((short) 0);
        out.putLong(lsn).putLong(forcedLsn).putLong(spoolMillis);
        out.putInt(length).putInt(payloadCrc);
        out.putInt(crc(out, start)).putInt(0);
    }

    /** Reads the header at {@code start}; null if there is none that holds its checksum. */
    static @Nullable RecordHeader get(ByteBuffer in, int start) {
        if (in.limit() - start < BYTES
                || in.getInt(start) != MAGIC
                || in.get(start + 4) != VERSION
                || in.getInt(start + CRC_AT) != crc(in, start)) {
            return null;
        }
        RecordType type = RecordType.of(in.get(start + 5));
        int length = in.getInt(start + 32);
        if (type == null || length < 0) {
            return null;
        }
        return new RecordHeader(
                type,
                in.getLong(start + 8),
                in.getLong(start + 16),
                in.getLong(start + 24),
                length,
                in.getInt(start + 36));
    }

    private static int crc(ByteBuffer buffer, int start) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.duplicate().position(start).limit(start + CRC_AT));
        return (int) crc.getValue();
    }
}
