package org.postern.auth.header;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.ByteSink;

/**
 * Takes a message block by block, reads its header section, and passes the body on to whom the
 * section's reader names. One message, one thread.
 */
public final class ContentSplitter implements ByteSink {

    /** Looks at the header section and says who takes the body. */
    @FunctionalInterface
    public interface Listener {
        /** Called once, when the section is complete; what it returns gets the body's octets. */
        ByteSink header(HeaderSection section);
    }

    private final HeaderReader reader;
    private final Listener listener;
    private @Nullable ByteSink body;

    /** A splitter that keeps at most {@code limit} octets of header section. */
    public ContentSplitter(int limit, Listener listener) {
        this.reader = new HeaderReader(limit);
        this.listener = listener;
    }

    @Override
    public void write(byte[] block, int offset, int length) throws IOException {
        int header = body == null ? reader.accept(block, offset, length) : 0;
        if (body == null && reader.complete()) {
            body = listener.header(reader.finish());
        }
        if (body != null && header < length) {
            body.write(block, offset + header, length - header);
        }
    }

    /** The content has ended. Calls the listener if the section had no end yet. */
    public void finish() {
        if (body == null) {
            body = listener.header(reader.finish());
        }
    }
}
