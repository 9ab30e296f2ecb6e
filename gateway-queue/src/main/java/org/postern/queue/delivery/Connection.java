package org.postern.queue.delivery;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.postern.core.reply.SmtpReply;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that has said hello, ready for transactions one after another. Belongs to one thread
 * at a time.
 */
final class Connection {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    private static final byte[] QUIT = "QUIT\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Wire wire;
    private final Dialect dialect;
    private final String peer;
    private Extensions extensions;
    private final Timeouts timeouts;
    private final @Nullable String tls;
    private final boolean isPrivate;
    private final TimeSource time;
    private final long openedNanos;
    private int messages;
    private boolean introduced;
    private byte[] buffer = new byte[0];

    /**
     * @param peer {@code host[address]:port}, or the socket's path
     * @param tls protocol and cipher, or null
     * @param isPrivate whether nobody on the way can read along: TLS to a verified peer, or this
     *     machine itself
     */
    Connection(
            Wire wire,
            Dialect dialect,
            String peer,
            Extensions extensions,
            Timeouts timeouts,
            @Nullable String tls,
            boolean isPrivate,
            TimeSource time) {
        this.wire = wire;
        this.dialect = dialect;
        this.peer = peer;
        this.extensions = extensions;
        this.timeouts = timeouts;
        this.tls = tls;
        this.isPrivate = isPrivate;
        this.time = time;
        this.openedNanos = time.nanoTime();
    }

    Wire wire() {
        return wire;
    }

    Dialect dialect() {
        return dialect;
    }

    String peer() {
        return peer;
    }

    Extensions extensions() {
        return extensions;
    }

    /** After XCLIENT the server may offer something else. */
    void extensions(Extensions now) {
        extensions = now;
    }

    /** By XCLIENT the server is told that we are somebody else. */
    void introduced() {
        introduced = true;
    }

    /** Whether the server takes us for somebody else, until it is told of another. */
    boolean isIntroduced() {
        return introduced;
    }

    Timeouts timeouts() {
        return timeouts;
    }

    @Nullable String tls() {
        return tls;
    }

    boolean isPrivate() {
        return isPrivate;
    }

    long openedNanos() {
        return openedNanos;
    }

    /** The deadline this long from now. */
    Deadline deadline(Duration duration) {
        return Deadline.after(time, duration);
    }

    /** Transactions begun so far. */
    int messages() {
        return messages;
    }

    void countMessage() {
        messages++;
    }

    /** A buffer of at least this size, kept from message to message. */
    byte[] buffer(int size) {
        if (buffer.length < size) {
            buffer = new byte[size];
        }
        return buffer;
    }

    /** Whether another message may follow. */
    boolean isUsable() {
        return !wire.isClosed() && !wire.hasUnreadInput();
    }

    /** Says farewell and closes, whatever comes back (RFC 5321, 4.1.1.10). */
    void quit() {
        try (wire) {
            if (!wire.isClosed()) {
                wire.write(QUIT, 0, QUIT.length, timeouts.quit());
                SmtpReply farewell = wire.readReply(timeouts.quit());
                LOG.trace("{} to QUIT: {}", peer, farewell);
            }
        } catch (WireException e) {
            // the connection is being given up; that it was gone already changes nothing
            LOG.debug("QUIT to {}", peer, e);
        }
    }
}
