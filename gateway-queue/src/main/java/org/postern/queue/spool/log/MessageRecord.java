package org.postern.queue.spool.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.SpoolException;

/**
 * A MESSAGE record's payload but for the content itself.
 *
 * @param id queue id
 * @param acceptedMillis spool time of acceptance
 * @param copiedFrom number of the segment that compaction copied it from, 0 for an original
 * @param large whether the content is in a file of its own
 * @param dotLines whether any line of the content begins with a dot
 * @param contentLength octets of received content
 * @param contentCrc CRC32C of the content of a large one, checked when it is read; of a small one
 *     it says nothing, the record's own checksum covers that
 * @param sha256 SHA-256 of the content, 32 octets
 * @param meta the rest
 */
@SuppressWarnings("ArrayRecordComponent") // never compared or hashed
record MessageRecord(
        long id,
        long acceptedMillis,
        int copiedFrom,
        boolean large,
        boolean dotLines,
        long contentLength,
        int contentCrc,
        byte[] sha256,
        MessageMeta meta) {
    /** Length of the part with fixed places. */
    static final int FIXED = 48;

    private static final int LARGE = 1;
    private static final int DOT_LINES = 2;
    private static final int META_LENGTH_AT = 32;
    private static final int META_CRC_AT = 36;
    private static final int TRACE_LENGTH_AT = 40;

    /** Everything before the content: fixed part, meta, trace headers. */
    byte[] head() {
        byte[] metaBytes = MetaCodec.encode(meta, sha256);
        Encoder out = new Encoder(FIXED + metaBytes.length + meta.traceHeaders().length);
        out.i64(id).i64(acceptedMillis).i32(copiedFrom);
        out.u8((large ? LARGE : 0) | (dotLines ? DOT_LINES : 0)).u8(0).u8(0).u8(0);
        out.i64(contentLength).i32(metaBytes.length).i32(0);
        out.i32(meta.traceHeaders().length).i32(contentCrc);
        out.raw(metaBytes).raw(meta.traceHeaders());
        byte[] head = out.toArray();
        ByteBuffer view = ByteBuffer.wrap(head);
        view.putInt(META_CRC_AT, metaCrc(view, metaBytes.length));
        return head;
    }

    /** Offset of the trace headers in the payload. */
    static int traceAt(ByteBuffer payload) {
        return FIXED + payload.getInt(META_LENGTH_AT);
    }

    /** Offset of the content in the payload, which is whole or at least its fixed part. */
    static int contentAt(ByteBuffer payload) {
        return traceAt(payload) + payload.getInt(TRACE_LENGTH_AT);
    }

    /** How much of the payload must be read for {@link #decode}; negative if it makes no sense. */
    static int needed(ByteBuffer fixed) {
        int meta = fixed.getInt(META_LENGTH_AT);
        return meta < 0 || meta > Integer.MAX_VALUE - FIXED ? -1 : FIXED + meta;
    }

    /**
     * Reads a payload, or a beginning of one that holds fixed part and meta. Trace headers are left
     * empty: they are read with the content.
     *
     * @throws SpoolException of kind DAMAGED if the checksum over both does not hold
     */
    static MessageRecord decode(ByteBuffer payload) throws SpoolException {
        int start = payload.position();
        ByteBuffer in = payload.slice(start, payload.remaining());
        if (in.remaining() < FIXED) {
            throw Decoder.damaged("a message of " + in.remaining() + " octets");
        }
        int needed = needed(in);
        if (needed < FIXED
                || needed > in.limit()
                || in.getInt(META_CRC_AT) != metaCrc(in, needed - FIXED)) {
            throw Decoder.damaged("the checksum of a message's envelope does not hold");
        }
        Decoder fixed = new Decoder(in.duplicate());
        long id = fixed.i64();
        long accepted = fixed.i64();
        int copiedFrom = fixed.i32();
        int flags = fixed.u8();
        MetaCodec.Decoded meta = MetaCodec.decode(in.slice(FIXED, needed - FIXED));
        return new MessageRecord(
                id,
                accepted,
                copiedFrom,
                (flags & LARGE) != 0,
                (flags & DOT_LINES) != 0,
                in.getLong(24),
                in.getInt(44),
                meta.sha256(),
                meta.meta());
    }

    /** Changes where a copy says it came from, in a head that is about to be written again. */
    static void setCopiedFrom(ByteBuffer head, int segment) {
        head.putInt(16, segment);
        head.putInt(META_CRC_AT, metaCrc(head, head.getInt(META_LENGTH_AT)));
    }

    private static int metaCrc(ByteBuffer head, int metaLength) {
        CRC32C crc = new CRC32C();
        crc.update(head.slice(0, META_CRC_AT));
        crc.update(head.slice(TRACE_LENGTH_AT, FIXED - TRACE_LENGTH_AT + metaLength));
        return (int) crc.getValue();
    }
}
