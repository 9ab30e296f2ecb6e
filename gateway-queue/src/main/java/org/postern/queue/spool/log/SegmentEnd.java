package org.postern.queue.spool.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The 64 bytes behind a segment's header, zero while it is being written. Set once it was left in
 * good order, so that its end is known even when its successor has been deleted.
 *
 * @param lastLsn LSN of its last record, or one less than its base if it has none
 * @param end offset behind its last record
 */
record SegmentEnd(long lastLsn, long end) {
    static final int AT = SegmentHeader.BYTES;
    static final int BYTES = 64;

    /** Where the first record of a segment begins. */
    static final int FIRST_RECORD = AT + BYTES;

    private static final long MAGIC = 0x506f7374456e6431L; // "PostEnd1"
    private static final int CRC_AT = 60;

    ByteBuffer encode() {
        ByteBuffer out = ByteBuffer.allocate(BYTES);
        out.putLong(MAGIC).putLong(lastLsn).putLong(end);
        return out.putInt(CRC_AT, crc(out)).position(0).limit(BYTES);
    }

    /** Reads it; null if it is not set. */
    static @Nullable SegmentEnd decode(ByteBuffer in) {
        if (in.limit() < BYTES || in.getLong(0) != MAGIC || in.getInt(CRC_AT) != crc(in)) {
            return null;
        }
        return new SegmentEnd(in.getLong(8), in.getLong(16));
    }

    private static int crc(ByteBuffer buffer) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.duplicate().position(0).limit(CRC_AT));
        return (int) crc.getValue();
    }
}
