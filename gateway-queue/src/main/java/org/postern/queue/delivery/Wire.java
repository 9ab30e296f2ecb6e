package org.postern.queue.delivery;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.postern.core.reply.SmtpReply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The octets of one connection, with a deadline on each operation. Belongs to one thread at a time;
 * {@link #expired} and {@link #close} may come from any.
 *
 * <p>How it fails: by {@link WireException}, after which the connection is only good for closing.
 */
final class Wire implements Watchdog.Guarded, Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Wire.class);

    private final Watchdog watchdog;
    private final Closeable transport;
    private final @Nullable Socket socket;
    private InputStream in;
    private OutputStream out;
    private ReplyReader replies;
    private volatile long deadline = Watchdog.NONE;
    private volatile long whole = Watchdog.NONE;
    private volatile boolean timedOut;
    private volatile boolean closed;

    private Wire(
            Watchdog watchdog,
            Closeable transport,
            @Nullable Socket socket,
            InputStream in,
            OutputStream out) {
        this.watchdog = watchdog;
        this.transport = transport;
        this.socket = socket;
        this.in = in;
        this.out = out;
        this.replies = new ReplyReader(in);
        watchdog.add(this);
    }

    /** Connects by TCP. */
    static Wire tcp(InetSocketAddress address, Duration timeout, Watchdog watchdog)
            throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true); // replies are waited for; Nagle would add 40 ms to each
            socket.connect(address, Math.clamp(timeout.toMillis(), 1, Integer.MAX_VALUE));
            return new Wire(
                    watchdog, socket, socket, socket.getInputStream(), socket.getOutputStream());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Connects to a unix socket. Its connect does not wait: the listener is there or is not. */
    static Wire unix(Path path, Watchdog watchdog) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(path));
            return new Wire(
                    watchdog,
                    channel,
                    null,
                    Channels.newInputStream(channel),
                    Channels.newOutputStream(channel));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** The socket beneath, for TLS; null on a unix socket. */
    @Nullable Socket socket() {
        return socket;
    }

    /** Goes on inside TLS. The handshake is done; nothing may have been read ahead. */
    void continueIn(SSLSocket tls) throws IOException {
        in = tls.getInputStream();
        out = tls.getOutputStream();
        replies = new ReplyReader(in);
    }

    /** Runs a handshake under a deadline. */
    void handshake(SSLSocket tls, Duration timeout) throws IOException {
        arm(timeout);
        try {
            tls.startHandshake();
        } catch (IOException e) {
            throw timedOut ? timeout(timeout, e) : e;
        } finally {
            disarm();
        }
    }

    /** Whether something has come that nobody asked for. */
    boolean hasUnreadInput() {
        try {
            return replies.hasBuffered() || in.available() > 0;
        } catch (IOException e) {
            LOG.debug("a connection broke while it was idle", e);
            return true;
        }
    }

    /** Waits for one whole reply. */
    SmtpReply readReply(Duration timeout) throws WireException {
        arm(timeout);
        try {
            return replies.read();
        } catch (WireException e) {
            throw timedOut ? timeout(timeout, e) : e;
        } catch (IOException e) {
            throw timedOut ? timeout(timeout, e) : lost(e);
        } finally {
            disarm();
        }
    }

    /** Writes all of it, or fails when the other side does not take it in time. */
    void write(byte[] octets, int offset, int length, Duration timeout) throws WireException {
        arm(timeout);
        try {
            out.write(octets, offset, length);
            out.flush();
        } catch (IOException e) {
            throw timedOut ? timeout(timeout, e) : lost(e);
        } finally {
            disarm();
        }
    }

    private static WireException timeout(Duration after, IOException cause) {
        return new WireException(WireException.Kind.TIMEOUT, "nothing for " + words(after), cause);
    }

    private static WireException lost(IOException cause) {
        String message = cause.getMessage();
        return new WireException(
                WireException.Kind.LOST,
                message == null ? cause.getClass().getSimpleName() : message,
                cause);
    }

    /** A duration as people write it. */
    static String words(Duration duration) {
        return duration.toMillis() < 1_000
                ? duration.toMillis() + " ms"
                : duration.toSeconds() + " s";
    }

    /**
     * Nothing goes on beyond this point, whatever time-outs the single operations have: a server
     * that says a little now and then keeps each of them.
     *
     * @param end by the watchdog's clock, or {@link Watchdog#NONE}
     */
    void noLongerThan(long end) {
        whole = end;
    }

    private void arm(Duration timeout) {
        long end = watchdog.in(timeout.toNanos());
        long last = whole;
        if (last != Watchdog.NONE && last - end < 0) {
            end = last;
        }
        deadline = end;
        watchdog.armed(end);
    }

    private void disarm() {
        deadline = Watchdog.NONE;
    }

    @Override
    public long deadline() {
        return deadline;
    }

    @Override
    public void expired() {
        timedOut = true;
        close();
    }

    boolean isClosed() {
        return closed;
    }

    /** Closes at once, without farewell; who blocks in a read or write gets an exception. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        deadline = Watchdog.NONE;
        watchdog.remove(this);
        try {
            transport.close();
        } catch (IOException e) {
            LOG.debug("closing a connection", e);
        }
    }
}
