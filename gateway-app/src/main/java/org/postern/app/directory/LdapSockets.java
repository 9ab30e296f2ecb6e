package org.postern.app.directory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.SocketFactory;

/**
 * The sockets of one fetch, each with a time-out from its first octet on, and all of them within
 * reach: UnboundID's own time-outs end neither a TLS handshake that a server never answers nor the
 * wait for its certificate. Thread-safe.
 */
final class LdapSockets extends SocketFactory implements AutoCloseable {
    private final SocketFactory inner;
    private final int timeoutMillis;
    private final List<Socket> opened = new CopyOnWriteArrayList<>();

    /**
     * @param inner makes the sockets, with or without TLS
     * @param timeout for each read, the handshake's among them
     */
    LdapSockets(SocketFactory inner, Duration timeout) {
        this.inner = inner;
        this.timeoutMillis = (int) Math.min(Integer.MAX_VALUE, timeout.toMillis());
    }

    private Socket noted(Socket socket) throws IOException {
        opened.add(socket);
        socket.setSoTimeout(timeoutMillis);
        return socket;
    }

    @Override
    public Socket createSocket() throws IOException {
        return noted(inner.createSocket());
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return noted(inner.createSocket(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort)
            throws IOException {
        return noted(inner.createSocket(host, port, local, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return noted(inner.createSocket(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
            throws IOException {
        return noted(inner.createSocket(host, port, local, localPort));
    }

    /** Ends whoever waits for one of them. */
    @Override
    public void close() {
        for (Socket socket : opened) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
