package org.postern.smtp.listener;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.postern.smtp.SmtpMetrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening socket as SubEtha's accept thread sees it. It is bound before SubEtha gets it, sets
 * TCP_NODELAY on what it accepts, and stays quiet in two situations in which SubEtha would log and
 * sleep: want of file descriptors, and the time between the end of accepting and the end of the
 * last session.
 */
final class GatewayServerSocket extends ServerSocket {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayServerSocket.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final SmtpMetrics metrics;
    private final CountDownLatch released = new CountDownLatch(1);
    private final ServerSocket listening = new ServerSocket();
    private volatile boolean stopped;

    GatewayServerSocket(SmtpMetrics metrics) throws IOException {
        this.metrics = metrics;
    }

    void bindNow(SocketAddress address, int backlog) throws IOException {
        listening.bind(address, backlog);
    }

    /** SubEtha's call; the socket is bound already. */
    @Override
    public void bind(SocketAddress address, int backlog) {}

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        listening.setReuseAddress(on);
    }

    @Override
    public int getLocalPort() {
        return listening.getLocalPort();
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return listening.getLocalSocketAddress();
    }

    @Override
    public Socket accept() throws IOException {
        Duration pause = FIRST_PAUSE;
        while (!stopped) {
            try {
                return withoutDelay(listening.accept());
            } catch (IOException e) {
                if (stopped) {
                    break;
                }
                // EMFILE or ENFILE, or a client gone before it was accepted: neither spin nor give
                // up
                metrics.acceptFailed();
                LOG.error(
                        "accepting a connection failed ({}); trying again in {} ms; when this is"
                                + " \"Too many open files\", raise the limit (LimitNOFILE=)",
                        e.getMessage(),
                        pause.toMillis());
                waitFor(pause);
                pause = min(pause.multipliedBy(2), LONGEST_PAUSE);
            }
        }
        waitFor(Duration.ofDays(365));
        throw new SocketException("stopped");
    }

    /**
     * Replies are written in batches of our own making; a connection that is gone shows it soon.
     */
    private static Socket withoutDelay(Socket client) {
        try {
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
        } catch (IOException e) {
            LOG.debug("a connection was gone as soon as it was accepted", e);
        }
        return client;
    }

    private void waitFor(Duration time) throws SocketException {
        try {
            boolean closed =
                    released.await(time.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS);
            if (closed) {
                throw new SocketException("closed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SocketException("interrupted", e);
        }
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /** Frees the port; {@link #accept} then waits until {@link #close}. */
    void stopAccepting() {
        stopped = true;
        try {
            listening.close();
        } catch (IOException e) {
            LOG.warn("closing the listening socket failed", e);
        }
    }

    @Override
    public void close() throws IOException {
        stopAccepting();
        released.countDown();
        super.close();
    }
}
