package org.postern.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Loopback ports. */
final class Ports {
    private Ports() {}

    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();
    private static final List<Socket> HELD = new CopyOnWriteArrayList<>();

    /** A port that was free a moment ago; none is given twice. */
    static int free() {
        while (true) {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                if (GIVEN.add(socket.getLocalPort())) {
                    return socket.getLocalPort();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A port where nobody listens and nobody else can: it stays bound until the tests end. */
    @SuppressWarnings("resource") // held on purpose
    static int dead() {
        try {
            Socket socket = new Socket();
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            HELD.add(socket);
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether somebody accepts connections there. */
    static boolean open(int port) {
        return open("127.0.0.1", port);
    }

    /** The same at this address. */
    static boolean open(String address, int port) {
        try (Socket socket = new Socket(InetAddress.ofLiteral(address), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
