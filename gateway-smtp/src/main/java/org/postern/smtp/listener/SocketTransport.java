package org.postern.smtp.listener;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.postern.core.time.TimeSource;
import org.postern.smtp.session.TlsDetails;
import org.postern.smtp.session.TlsFailedException;
import org.postern.smtp.session.Transport;
import org.postern.smtp.session.WriteTimeoutException;
import org.postern.smtp.tls.TlsContexts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket as a transport. A blocked write or handshake cannot be timed from within; its deadline
 * stands in a field that the registry's watchdog looks at, which closes the socket when it has
 * passed.
 */
final class SocketTransport implements Transport {
    private static final Logger LOG = LoggerFactory.getLogger(SocketTransport.class);
    private static final long NONE = 0;
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private final Socket plain;
    private final TimeSource time;
    private final TlsContexts tls;
    private final Duration writeTimeout;
    private volatile Socket socket;
    private InputStream in;
    private volatile OutputStream out;

    /** When the watchdog closes, by the monotonic clock; {@link #NONE} while nothing can block. */
    private volatile long deadline = NONE;

    private volatile boolean overdue;

    SocketTransport(Socket socket, TimeSource time, TlsContexts tls, Duration writeTimeout)
            throws IOException {
        this.plain = socket;
        this.time = time;
        this.tls = tls;
        this.writeTimeout = writeTimeout;
        this.socket = socket;
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    @Override
    public int read(byte[] block, int offset, int length, long waitNanos, long wholeNanos)
            throws IOException {
        Socket now = socket;
        now.setSoTimeout(millis(waitNanos));
        return now instanceof SSLSocket
                ? readSecure(block, offset, length, wholeNanos)
                : in.read(block, offset, length);
    }

    /**
     * One read of plain text may be many reads of a record that drips in, each within the socket's
     * own time limit, and may write, for the client can ask for new keys as often as it likes (RFC
     * 8446, 4.6.3). So the whole of it has a deadline, a little later than the socket's own, which
     * still lets the session say why.
     */
    private int readSecure(byte[] block, int offset, int length, long wholeNanos)
            throws IOException {
        if (wholeNanos < Long.MAX_VALUE / 2) {
            arm(wholeNanos + ConnectionRegistry.PRECISION.toNanos());
        }
        try {
            return in.read(block, offset, length);
        } catch (IOException e) {
            if (overdue) {
                SocketTimeoutException late = new SocketTimeoutException("a TLS record dripped in");
                late.initCause(e);
                throw late;
            }
            throw e;
        } finally {
            deadline = NONE;
        }
    }

    private static int millis(long nanos) {
        // rounded up: 0 would mean forever
        return (int) Math.min(Integer.MAX_VALUE, Math.max(1, (nanos + 999_999) / 1_000_000));
    }

    @Override
    public void write(byte[] block, int offset, int length) throws IOException {
        arm(writeTimeout.toNanos());
        try {
            out.write(block, offset, length);
        } catch (IOException e) {
            throw overdue ? new WriteTimeoutException(e) : e;
        } finally {
            deadline = NONE;
        }
    }

    private void arm(long nanos) {
        if (nanos > 0 && nanos < Long.MAX_VALUE / 2) {
            long at = time.nanoTime() + nanos;
            deadline = at == NONE ? 1 : at;
        }
    }

    @Override
    public TlsDetails startTls(long timeoutNanos) throws IOException {
        return startTls(timeoutNanos, new byte[0]);
    }

    /**
     * @param consumed octets of the handshake that were read already, behind a PROXY header
     */
    TlsDetails startTls(long timeoutNanos, byte[] consumed) throws IOException {
        SSLContext context =
                tls.context()
                        .orElseThrow(() ->
                                new TlsFailedException(
                                        new IOException("no certificate is loaded")));
        arm(timeoutNanos);
        try {
            SSLSocket secure =
                    (SSLSocket)
                            context.getSocketFactory()
                                    .createSocket(plain, new ByteArrayInputStream(consumed), true);
            secure.setEnabledProtocols(PROTOCOLS);
            secure.setWantClientAuth(true);
            secure.setSoTimeout(millis(timeoutNanos));
            secure.startHandshake();
            socket = secure;
            in = secure.getInputStream();
            out = secure.getOutputStream();
            return details(secure.getSession());
        } catch (IOException e) {
            throw new TlsFailedException(e);
        } finally {
            deadline = NONE;
        }
    }

    private static TlsDetails details(SSLSession session) {
        Optional<String> name = Optional.empty();
        if (session instanceof ExtendedSSLSession extended) {
            for (SNIServerName requested : extended.getRequestedServerNames()) {
                if (requested instanceof SNIHostName host) {
                    name = Optional.of(host.getAsciiName());
                }
            }
        }
        return new TlsDetails(
                session.getProtocol(), session.getCipherSuite(), name, subject(session));
    }

    private static Optional<String> subject(SSLSession session) {
        try {
            return Optional.of(session.getPeerPrincipal().getName());
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty(); // the common case: the client has no certificate
        }
    }

    /** Watchdog: closes when something that blocks has taken too long. */
    void closeIfOverdue(long now) {
        long at = deadline;
        if (at != NONE && now - at >= 0) {
            overdue = true;
            closePlain();
        }
    }

    private void closePlain() {
        try {
            plain.close();
        } catch (IOException e) {
            LOG.debug("closing a connection", e);
        }
    }

    @Override
    public void close() {
        closePlain();
    }

    /**
     * Closes so that the client sees the last reply: a close with unread octets would send a reset,
     * and the reply be lost. Waits for the client to close, for a moment and for some octets only.
     */
    void closeGently(Duration patience, int octets) {
        arm(patience.toNanos());
        try {
            // under TLS: close_notify first (RFC 8446, 6.1); what still comes is not deciphered
            socket.shutdownOutput();
            InputStream rest = plain.getInputStream();
            byte[] sink = new byte[1_024];
            int left = octets;
            plain.setSoTimeout(millis(patience.toNanos()));
            while (left > 0) {
                int n = rest.read(sink, 0, sink.length);
                if (n < 0) {
                    break;
                }
                left -= n;
            }
        } catch (IOException e) {
            LOG.debug("closing a connection", e);
        } finally {
            deadline = NONE;
            closePlain();
        }
    }
}
