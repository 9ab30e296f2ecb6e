package org.postern.queue.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.ByteRange;
import org.postern.core.mail.MessageSource;
import org.postern.core.mail.QueueId;
import org.postern.queue.index.EntryIndex;
import org.postern.queue.index.Slot;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolWriter;
import org.postern.queue.spool.StoredMessage;
import org.postern.queue.spool.disk.Disk;
import org.postern.queue.spool.disk.DiskFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Collects one message: in memory while it is small, in a file of its own from then on. */
final class DiskSpoolWriter implements SpoolWriter {
    private static final Logger LOG = LoggerFactory.getLogger(DiskSpoolWriter.class);

    /** Content that may go to a file early when the sessions' common budget is used up. */
    static final int EARLY_LARGE = 128 << 10;

    /** What all writers of a spool share. */
    record Shared(
            EntryIndex index,
            SegmentStore store,
            LogWriter log,
            QueueIds ids,
            LargeFiles large,
            SpoolClock clock,
            BufferBudget budget,
            Workspaces workspaces,
            int largeBytes,
            Committed committed) {}

    /** Told of each commit before its caller is. */
    @FunctionalInterface
    interface Committed {
        void committed(StoredMessage message);
    }

    private final Shared shared;
    private final Workspaces.Workspace workspace;
    private final CRC32C crc = new CRC32C();
    private byte[] buffer;
    private int buffered;
    private long size;
    private boolean dotLines;
    private byte lastOctet = '\n';
    private long id;
    private @Nullable DiskFile largeFile;
    private boolean over;

    /** Ends the reading of what was given out by {@link #content}; null where nobody asked. */
    private @Nullable AtomicBoolean contentOver;

    DiskSpoolWriter(Shared shared, long id) {
        this.shared = shared;
        this.id = id;
        this.workspace = shared.workspaces().take();
        this.buffer = workspace.buffer();
        shared.budget().take(Workspaces.BUFFER);
    }

    @Override
    public QueueId id() {
        return new QueueId(id);
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void write(byte[] block, int offset, int length) throws IOException {
        if (over) {
            throw new SpoolException(SpoolException.Kind.CLOSED, "this message is over");
        }
        if (length == 0) {
            return;
        }
        workspace.sha256().update(block, offset, length);
        lookForDots(block, offset, length);
        DiskFile file = largeFile;
        if (file == null) {
            file = buffer(block, offset, length);
        }
        if (file != null) {
            crc.update(block, offset, length);
            writeLarge(file, ByteBuffer.wrap(block, offset, length));
        }
        size += length;
    }

    private void lookForDots(byte[] block, int offset, int length) {
        if (!dotLines) {
            dotLines = DotLines.in(block, offset, length, lastOctet);
        }
        lastOctet = block[offset + length - 1];
    }

    /** Puts a block into the buffer, or opens the file that it has to go to. */
    private @Nullable DiskFile buffer(byte[] block, int offset, int length) throws IOException {
        long needed = (long) buffered + length;
        if (needed > shared.largeBytes()) {
            return becomeLarge();
        }
        if (needed > buffer.length) {
            int grown = (int) Math.min(shared.largeBytes(), Math.max(needed, buffer.length * 2L));
            boolean within = shared.budget().take(grown - buffer.length);
            buffer = Arrays.copyOf(buffer, grown);
            if (!within && needed > EARLY_LARGE) {
                return becomeLarge();
            }
        }
        System.arraycopy(block, offset, buffer, buffered, length);
        buffered += length;
        return null;
    }

    private DiskFile becomeLarge() throws IOException {
        try {
            DiskFile file = shared.large().create(id);
            largeFile = file;
            crc.update(buffer, 0, buffered);
            file.write(ByteBuffer.wrap(buffer, 0, buffered), 0);
            freeBuffer();
            return file;
        } catch (IOException e) {
            throw trouble(e);
        }
    }

    private void writeLarge(DiskFile file, ByteBuffer block) throws SpoolException {
        try {
            file.write(block, size);
        } catch (IOException e) {
            throw trouble(e);
        }
    }

    private SpoolException trouble(IOException e) {
        SpoolException.Kind kind =
                Disk.saysFull(e) ? SpoolException.Kind.FULL : SpoolException.Kind.FAILED;
        return new SpoolException(
                kind, shared.large().path(id) + " cannot be written: " + e.getMessage(), e);
    }

    private void freeBuffer() {
        shared.budget().give(buffer.length);
        buffer = new byte[0];
        buffered = 0;
    }

    /** Gives back what was taken: the log's writer has copied the content, or never will. */
    private void end() {
        if (contentOver != null) {
            contentOver.set(true);
        }
        freeBuffer();
        shared.workspaces().give(workspace);
    }

    @Override
    public MessageSource content() {
        AtomicBoolean readable = contentOver;
        if (readable == null) {
            readable = new AtomicBoolean();
            contentOver = readable;
        }
        return new UncommittedContent(largeFile, buffer, size, readable);
    }

    @Override
    public StoredMessage commit(MessageMeta meta) throws SpoolException {
        if (over) {
            throw new SpoolException(SpoolException.Kind.CLOSED, "this message is over");
        }
        ByteRange.check(meta.omitted(), size);
        boolean large = largeFile != null;
        if (largeFile != null) {
            forceLarge(largeFile);
        }
        byte[] hash = workspace.sha256().digest();
        MessageRecord record =
                new MessageRecord(
                        id,
                        shared.clock().millis(),
                        0,
                        large,
                        dotLines,
                        size,
                        (int) crc.getValue(),
                        hash,
                        meta);
        MessageRequest request =
                new MessageRequest(record, Payload.of(record.head(), buffer, buffered));
        // from here on the record may be on disk, whatever comes back: a large file stays
        over = true;
        try {
            shared.log().submit(request);
            request.await();
        } finally {
            closeLarge();
            end();
        }
        StoredMessage stored =
                new StoredMessage(id(), meta.envelope(), size, HexFormat.of().formatHex(hash));
        shared.committed().committed(stored);
        return stored;
    }

    private void forceLarge(DiskFile file) throws SpoolException {
        try {
            file.force(true);
            shared.large().force();
        } catch (IOException e) {
            throw trouble(e);
        }
    }

    /** What counts was forced before: a failure here is worth a line, not a refusal. */
    private void closeLarge() {
        DiskFile file = largeFile;
        largeFile = null;
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                LOG.warn("closing {}: {}", shared.large().path(id), e.getMessage());
            }
        }
    }

    @Override
    public void close() {
        if (over) {
            return;
        }
        over = true;
        boolean large = largeFile != null;
        end();
        if (large) {
            try {
                closeLarge();
                shared.large().delete(id);
            } catch (IOException e) {
                // it stays until the next start, which removes files that no record speaks of
                LOG.warn("cannot remove {}: {}", shared.large().path(id), e.getMessage());
            }
        }
    }

    private final class MessageRequest extends LogRequest {
        private final Payload payload;

        /** Worked out on the session's thread: the writer serves them all. */
        private final Facts.Message facts;

        MessageRequest(MessageRecord record, Payload payload) {
            super(Kind.MESSAGE, RecordType.MESSAGE);
            this.payload = payload;
            this.facts = Facts.Message.of(record, shared.index()::route);
        }

        @Override
        int size() {
            return payload.length();
        }

        @Override
        Payload payload() {
            return payload;
        }

        @Override
        void applied(Segment segment, int offset, RecordHeader header) {
            Slot slot = facts.slot(segment.number, offset);
            shared.index().put(slot);
            shared.store().messageAt(segment.number, slot.size());
        }
    }
}
