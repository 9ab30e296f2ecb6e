package org.postern.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Arrays;

/** A resolver of ours on a free UDP port of loopback, which reads each question on one thread. */
abstract class LoopbackResolver implements AutoCloseable {
    private final DatagramSocket socket;

    LoopbackResolver() {
        try {
            socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Begins to read questions, until it is closed. */
    final void begin(String name) {
        Thread.ofVirtual().name(name).start(this::serve);
    }

    final int port() {
        return socket.getLocalPort();
    }

    /** What it does with a question, which is its alone. */
    abstract void heard(byte[] question, InetAddress whose, int port) throws IOException;

    /** Sends an answer, right or wrong. */
    final void answer(byte[] octets, InetAddress whose, int port) throws IOException {
        socket.send(new DatagramPacket(octets, octets.length, whose, port));
    }

    private void serve() {
        byte[] buffer = new byte[4_096];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                byte[] question = Arrays.copyOf(buffer, packet.getLength());
                heard(question, packet.getAddress(), packet.getPort());
            }
        } catch (IOException e) {
            if (!socket.isClosed()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public final void close() {
        socket.close();
    }
}
