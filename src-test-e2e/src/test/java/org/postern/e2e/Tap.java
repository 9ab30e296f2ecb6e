package org.postern.e2e;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Stands between the gateway and a store, and keeps every octet that the gateway sends. */
final class Tap implements AutoCloseable {
    private final ServerSocket listening;
    private final int store;
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

    private Tap(ServerSocket listening, int store) {
        this.listening = listening;
        this.store = store;
    }

    /** A tap on the way to this port of 127.0.0.1. */
    static Tap to(int store) {
        try {
            Tap tap = new Tap(new ServerSocket(0, 100, InetAddress.getLoopbackAddress()), store);
            Thread.ofVirtual().start(tap::accept);
            return tap;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), store);
                Thread.ofVirtual().start(() -> pump(client, server, true));
                Thread.ofVirtual().start(() -> pump(server, client, false));
            } catch (IOException e) {
                return; // closed: the test is over
            }
        }
    }

    private void pump(Socket from, Socket to, boolean keep) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] block = new byte[8_192];
            int n = in.read(block);
            while (n >= 0) {
                if (keep) {
                    synchronized (heard) {
                        heard.write(block, 0, n);
                    }
                }
                out.write(block, 0, n);
                n = in.read(block);
            }
        } catch (IOException e) {
            Thread.currentThread().interrupt(); // one side is gone, and with it the connection
        }
    }

    /** What the gateway has sent, each octet a character. */
    String heard() {
        synchronized (heard) {
            return heard.toString(StandardCharsets.ISO_8859_1);
        }
    }

    /** Where it listens on 127.0.0.1. */
    int port() {
        return listening.getLocalPort();
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
