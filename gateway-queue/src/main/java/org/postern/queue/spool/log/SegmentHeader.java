package org.postern.queue.spool.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The first 64 bytes of a segment, forced before its first record.
 *
 * @param version format version
 * @param spoolName random name of the spool it belongs to
 * @param number its number
 * @param baseLsn LSN of its first record
 * @param forcedLsn records of earlier segments up to this LSN are durable; later ones are not
 *     believed
 * @param idCeiling queue ids below may have been given out
 * @param spoolMillis spool time when it was opened
 */
record SegmentHeader(
        int version,
        long spoolName,
        int number,
        long baseLsn,
        long forcedLsn,
        long idCeiling,
        long spoolMillis) {
    static final int BYTES = 64;
    static final int VERSION = 1;
    private static final long MAGIC = 0x506f737465726e31L; // "Postern1"
    private static final int CRC_AT = 60;

    ByteBuffer encode() {
        ByteBuffer out = ByteBuffer.allocate(BYTES);
        out.putLong(MAGIC).putInt(version).putInt(number).putLong(spoolName);
        out.putLong(baseLsn).putLong(forcedLsn).putLong(idCeiling).putLong(spoolMillis);
        return out.putInt(CRC_AT, crc(out)).position(0).limit(BYTES);
    }

    /** The header at the start of the buffer; null if its checksum does not hold. */
    static @Nullable SegmentHeader decode(ByteBuffer in) {
        if (in.limit() < BYTES || in.getLong(0) != MAGIC || in.getInt(CRC_AT) != crc(in)) {
            return null;
        }
        return new SegmentHeader(
                in.getInt(8),
                in.getLong(16),
                in.getInt(12),
                in.getLong(24),
                in.getLong(32),
                in.getLong(40),
                in.getLong(48));
    }

    private static int crc(ByteBuffer buffer) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.duplicate().position(0).limit(CRC_AT));
        return (int) crc.getValue();
    }
}
