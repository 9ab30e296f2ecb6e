package org.postern.queue.delivery;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.postern.core.reply.SmtpReply;
import org.postern.core.time.Deadline;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one message's content, block by block, by DATA or BDAT. The end of the message goes out
 * only when exactly the announced number of octets was read: what is cut short on our side never
 * looks complete on the other.
 */
final class ContentSender {
    private static final Logger LOG = LoggerFactory.getLogger(ContentSender.class);

    /** Octets read and sent at a time. */
    private static final int BLOCK = 128 * 1024;

    /** Room for CRLF, dot, CRLF behind a block. */
    private static final int ROOM = 5;

    /** How long a reply is waited for that may explain why the other side stopped reading. */
    private static final Duration EXPLANATION = Duration.ofSeconds(1);

    private final Connection connection;
    private final DeliveryRequest request;
    private final InputStream content;
    private final long size;
    private final Deadline deadline;
    private long read;

    ContentSender(Connection connection, DeliveryRequest request, InputStream content) {
        this.connection = connection;
        this.request = request;
        this.content = content;
        this.size = request.content().size();
        this.deadline = connection.deadline(connection.timeouts().content());
    }

    /** Opens the content of a message. */
    static InputStream open(DeliveryRequest request) throws ContentException {
        try {
            return request.content().open();
        } catch (IOException e) {
            throw new ContentException(ContentException.words(e), e);
        }
    }

    /** After 354: dot-stuffed, with the terminating dot (RFC 5321, 4.5.2). */
    void sendData() throws WireException, ContentException, RelayException {
        DotStuffing stuffing = new DotStuffing();
        int block = (int) Math.min(size, BLOCK);
        byte[] buffer = connection.buffer(block + ROOM);
        boolean last;
        do {
            int n = readBlock(buffer, block);
            last = read == size;
            int length = stuffing.stuff(buffer, n, ROOM);
            byte[] out = stuffing.block();
            if (last) {
                if (!stuffing.atLineStart()) {
                    out[length++] = '\r';
                    out[length++] = '\n';
                }
                out[length++] = '.';
                out[length++] = '\r';
                out[length++] = '\n';
                passPointOfNoReturn();
            }
            write(out, length);
        } while (!last);
    }

    /** BDAT, the whole message as one last chunk (RFC 3030, 2). */
    void sendChunk() throws WireException, ContentException, RelayException {
        byte[] command = ("BDAT " + size + " LAST\r\n").getBytes(StandardCharsets.US_ASCII);
        int block = (int) Math.min(size + command.length, BLOCK);
        byte[] buffer = connection.buffer(block);
        System.arraycopy(command, 0, buffer, 0, command.length);
        int at = command.length;
        do {
            int n = readBlock(buffer, at, block - at);
            if (read == size) {
                passPointOfNoReturn();
            }
            write(buffer, at + n);
            at = 0;
        } while (read < size);
    }

    private int readBlock(byte[] buffer, int max) throws ContentException {
        return readBlock(buffer, 0, max);
    }

    private int readBlock(byte[] buffer, int offset, int max) throws ContentException {
        int want = (int) Math.min(max, size - read);
        try {
            int n = content.readNBytes(buffer, offset, want);
            read += n;
            if (n < want) {
                throw new ContentException("it ends after " + read + " octets of " + size, null);
            }
            if (read == size && content.read() >= 0) {
                throw new ContentException("it is longer than its " + size + " octets", null);
            }
            return n;
        } catch (IOException e) {
            throw new ContentException(ContentException.words(e), e);
        }
    }

    private void passPointOfNoReturn() throws RelayException {
        if (!request.point().pass()) {
            connection.wire().close(); // without the last octet nobody has the message
            throw new RelayException(Step.LOCAL, Outcomes.stopping());
        }
    }

    private void write(byte[] octets, int length) throws WireException, RelayException {
        Duration left = deadline.remaining().plusNanos(1);
        Duration block = connection.timeouts().block();
        try {
            connection.wire().write(octets, 0, length, left.compareTo(block) < 0 ? left : block);
        } catch (WireException e) {
            throwIfExplained(e);
            throw e;
        }
    }

    /** A server that stops reading may have said why before it hung up. */
    private void throwIfExplained(WireException cause) throws RelayException {
        if (cause.kind() != WireException.Kind.LOST || connection.dialect() != Dialect.SMTP) {
            return;
        }
        SmtpReply reply;
        try {
            reply = connection.wire().readReply(EXPLANATION);
        } catch (WireException e) {
            LOG.debug("{}: {} gave no reason", request.id(), connection.peer(), e);
            return;
        }
        connection.wire().close();
        if (reply.code() >= 400) {
            throw new RelayException(
                    Step.CONTENT, Replies.refusal(reply, Step.CONTENT, connection.peer()), cause);
        }
    }
}
