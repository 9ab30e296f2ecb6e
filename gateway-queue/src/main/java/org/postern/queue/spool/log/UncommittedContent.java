package org.postern.queue.spool.log;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.MessageSource;
import org.postern.queue.spool.disk.DiskFile;

/**
 * The content of a message that is complete and not committed yet, read from the writer's buffer or
 * file without a copy. After the end of the writer the buffer serves another message and the file
 * is closed: reading then ends by an exception.
 */
final class UncommittedContent implements MessageSource {
    private final @Nullable DiskFile file;
    private final byte[] buffer;
    private final long size;
    private final AtomicBoolean over;

    /**
     * Content in the file of a large message, or where there is none in the buffer.
     *
     * @param over set before the buffer is given to another message
     */
    UncommittedContent(@Nullable DiskFile file, byte[] buffer, long size, AtomicBoolean over) {
        this.over = over;
        this.file = file;
        this.buffer = buffer;
        this.size = size;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public InputStream open() {
        return file == null
                ? new BufferStream(buffer, (int) size, over)
                : new FileStream(file, size);
    }

    private static final class BufferStream extends BlockStream {
        private final byte[] buffer;
        private final int end;
        private final AtomicBoolean over;
        private int position;

        private BufferStream(byte[] buffer, int end, AtomicBoolean over) {
            this.buffer = buffer;
            this.end = end;
            this.over = over;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, into.length);
            if (position == end && length > 0) {
                return -1;
            }
            int read = Math.min(length, end - position);
            System.arraycopy(buffer, position, into, offset, read);
            // what was copied is looked at only if the buffer was still this message's afterwards
            VarHandle.acquireFence();
            if (over.get()) {
                throw new IOException("the message is committed or given up");
            }
            position += read;
            return read;
        }
    }

    private static final class FileStream extends BlockStream {
        private final DiskFile file;
        private final long end;
        private long position;

        private FileStream(DiskFile file, long end) {
            this.file = file;
            this.end = end;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, into.length);
            if (position == end) {
                return -1;
            }
            int wanted = (int) Math.min(length, end - position);
            int read = file.read(ByteBuffer.wrap(into, offset, wanted), position);
            if (read == 0 && wanted > 0) {
                throw new IOException("the file of a large message is shorter than was written");
            }
            position += read;
            return read;
        }
    }
}
