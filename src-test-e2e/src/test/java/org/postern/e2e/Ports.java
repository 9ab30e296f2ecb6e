package org.postern.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Loopback ports. */
final class Ports {
    private Ports() {}

    /**
     * Below what the kernel gives to connections that go out, and a slice for each process of
     * tests.
     */
    private static final int FIRST = 11_000;

    private static final int SLICE = 5_000;
    private static final int SLICES = 4;

    private static final int FROM =
            FIRST + Math.floorMod(Integer.getInteger("postern.fork", 1) - 1, SLICES) * SLICE;

    /** Begins anywhere in the slice, so that another build on this machine is seldom met. */
    private static final AtomicInteger NEXT =
            new AtomicInteger(Math.floorMod(ProcessHandle.current().pid() * 37, SLICE));

    private static final List<Socket> HELD = new CopyOnWriteArrayList<>();

    /** A port that was free a moment ago, for TCP and UDP; none is given twice. */
    static int free() {
        for (int tried = 0; tried < SLICE; tried++) {
            int port = FROM + Math.floorMod(NEXT.getAndIncrement(), SLICE);
            if (isFree(port)) {
                return port;
            }
        }
        throw new AssertionError("no port is free from " + FROM + " on");
    }

    private static boolean isFree(int port) {
        try (ServerSocket _ = new ServerSocket(port);
                DatagramSocket _ = new DatagramSocket(port)) {
            return true;
        } catch (BindException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
