package org.postern.queue.spool.log;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import org.postern.core.mail.ByteRange;
import org.postern.core.mail.MessageSource;
import org.postern.queue.index.Slot;

/**
 * The content of one entry. Looks the entry up again at each {@link #open}: compaction may have
 * moved it meanwhile.
 */
final class StoredContent implements MessageSource {
    private final EntryReader reader;
    private final LargeFiles large;
    private final long id;
    private final boolean relayed;
    private final long size;

    StoredContent(EntryReader reader, LargeFiles large, long id, boolean relayed, long size) {
        this.reader = reader;
        this.large = large;
        this.id = id;
        this.relayed = relayed;
        this.size = size;
    }

    /** The number of octets of the relayed form. */
    static long relayedSize(MessageRecord message, int traceLength) {
        long size = traceLength + message.contentLength();
        for (ByteRange range : message.meta().omitted()) {
            size -= range.length();
        }
        return size;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public InputStream open() throws IOException {
        return reader.at(id, this::open);
    }

    private InputStream open(Slot slot, Segment segment) throws IOException {
        // checks the whole record: small content is verified before its first octet is given out
        ByteBuffer payload = segment.payload(slot.offset());
        MessageRecord message = MessageRecord.decode(payload);
        int traceAt = MessageRecord.traceAt(payload);
        int contentAt = MessageRecord.contentAt(payload);
        ByteBuffer trace = payload.slice(traceAt, relayed ? contentAt - traceAt : 0);
        List<ByteRange> omitted = relayed ? message.meta().omitted() : List.of();
        if (message.large()) {
            return new ContentStream(trace, large.open(id), large.path(id), message, omitted);
        }
        if (omitted.isEmpty()) {
            int from = relayed ? traceAt : contentAt;
            return new ByteArrayInputStream(
                    payload.array(), payload.arrayOffset() + from, payload.limit() - from);
        }
        return new ByteArrayInputStream(join(trace, payload, contentAt, omitted));
    }

    private byte[] join(
            ByteBuffer trace, ByteBuffer payload, int contentAt, List<ByteRange> omitted) {
        ByteBuffer out = ByteBuffer.allocate((int) size);
        out.put(trace);
        int at = contentAt;
        for (ByteRange range : omitted) {
            int start = contentAt + (int) range.start();
            out.put(payload.slice(at, start - at));
            at = contentAt + (int) range.end();
        }
        out.put(payload.slice(at, payload.limit() - at));
        return out.array();
    }
}
