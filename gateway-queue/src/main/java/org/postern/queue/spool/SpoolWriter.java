package org.postern.queue.spool;

import java.io.IOException;
import org.postern.core.mail.ByteSink;
import org.postern.core.mail.MessageSource;
import org.postern.core.mail.QueueId;

/**
 * Takes the content of one message while it is being received. Used by one thread at a time; closed
 * without a commit it leaves nothing behind.
 */
public interface SpoolWriter extends ByteSink, AutoCloseable {
    /** The id that the message will have. Never given to another, even if this one is aborted. */
    QueueId id();

    /** Octets taken so far. */
    long size();

    /**
     * Takes received content: unstuffed, CRLF.
     *
     * @throws SpoolException if a large message cannot be written to disk; close the writer
     */
    @Override
    void write(byte[] block, int offset, int length) throws IOException;

    /**
     * The content taken so far, as it was received, from where it lies: for who has to look at all
     * of it before it is committed. Ask when nothing more will be written. A stream that is still
     * read after the commit or the close may end with an {@link IOException}, never with other
     * content.
     */
    MessageSource content();

    /**
     * Makes the message durable. Blocks until the disk has forced it; others are forced along.
     *
     * @throws SpoolException if it is not durable: the client must not be told 250
     * @throws IllegalArgumentException if an omitted range lies outside the content
     */
    StoredMessage commit(MessageMeta meta) throws SpoolException;

    /** Gives up the message unless it was committed. */
    @Override
    void close();
}
