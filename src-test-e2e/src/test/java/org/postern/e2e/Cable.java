package org.postern.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A cable between the gateway and a server, which can be cut or clamped after so many octets of an
 * answer. Every connection has the same length of it.
 */
final class Cable implements AutoCloseable {
    private final ServerSocket listener;
    private final int port;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile long octets = Long.MAX_VALUE;
    private volatile boolean clamped;
    private volatile boolean closedAtItsEnd;

    private Cable(ServerSocket listener, int port) {
        this.listener = listener;
        this.port = port;
    }

    /** One that leads to this port on loopback, whole at first. */
    static Cable to(int port) {
        try {
            Cable cable =
                    new Cable(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
            Thread.ofVirtual().start(cable::accept);
            return cable;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it begins. */
    int port() {
        return listener.getLocalPort();
    }

    /** From the next connection on the answers break off after so many octets. */
    void cutAfter(long count) {
        clamped = false;
        octets = count;
    }

    /** From the next connection on nothing more comes after so many octets, and nothing ends. */
    void clampAfter(long count) {
        clamped = true;
        octets = count;
    }

    /** From the next connection on it is whole again. */
    void mend() {
        octets = Long.MAX_VALUE;
    }

    private void accept() {
        while (!closedAtItsEnd) {
            try {
                connect(listener.accept());
            } catch (IOException e) {
                closedAtItsEnd = true;
            }
        }
    }

    private void connect(Socket near) throws IOException {
        sockets.add(near);
        Socket far;
        try {
            far = new Socket(InetAddress.getLoopbackAddress(), port);
        } catch (IOException e) {
            near.close(); // nobody at the far end: nobody at this one
            return;
        }
        sockets.add(far);
        long length = octets;
        boolean holds = clamped;
        Thread.ofVirtual().start(() -> pass(near, far, Long.MAX_VALUE, false));
        Thread.ofVirtual().start(() -> pass(far, near, length, holds));
    }

    private static void pass(Socket from, Socket to, long length, boolean holds) {
        byte[] buffer = new byte[8_192];
        long left = length;
        try {
            while (left > 0) {
                int read =
                        from.getInputStream().read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    break;
                }
                to.getOutputStream().write(buffer, 0, read);
                left -= read;
            }
            if (left > 0 || !holds) {
                from.close();
                to.close();
            }
        } catch (IOException e) {
            closeBoth(from, to); // one end has gone
        }
    }

    private static void closeBoth(Socket from, Socket to) {
        try (from;
                to) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
