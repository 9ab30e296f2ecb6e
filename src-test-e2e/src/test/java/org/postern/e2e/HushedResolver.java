package org.postern.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** Hands questions on to a name server, but says nothing where a name holds certain labels. */
final class HushedResolver implements AutoCloseable {
    private final DatagramSocket socket;
    private final int server;
    private final String hushed;
    private final AtomicInteger unanswered = new AtomicInteger();

    private HushedResolver(DatagramSocket socket, int server, String hushed) {
        this.socket = socket;
        this.server = server;
        this.hushed = hushed;
    }

    /**
     * Starts one on a loopback port.
     *
     * @param server the name server's port
     * @param labels such as {@code 66.0.127}
     */
    static HushedResolver start(int server, String labels) {
        StringBuilder wire = new StringBuilder();
        for (String label : labels.split("[.]", -1)) {
            wire.append((char) label.length()).append(label);
        }
        try {
            HushedResolver resolver =
                    new HushedResolver(
                            new DatagramSocket(0, InetAddress.getLoopbackAddress()),
                            server,
                            wire.toString());
            Thread.ofVirtual().name("hushed-resolver").start(resolver::serve);
            return resolver;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return socket.getLocalPort();
    }

    /** How many questions got no answer. */
    int unanswered() {
        return unanswered.get();
    }

    private void serve() {
        byte[] buffer = new byte[4_096];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                byte[] question = Arrays.copyOf(packet.getData(), packet.getLength());
                if (new String(question, StandardCharsets.ISO_8859_1).contains(hushed)) {
                    unanswered.incrementAndGet();
                } else {
                    InetAddress whose = packet.getAddress();
                    int port = packet.getPort();
                    Thread.ofVirtual().start(() -> handOn(question, whose, port));
                }
            }
        } catch (IOException e) {
            if (!socket.isClosed()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void handOn(byte[] question, InetAddress whose, int port) {
        try (DatagramSocket on = new DatagramSocket()) {
            on.setSoTimeout(5_000);
            on.send(
                    new DatagramPacket(
                            question, question.length, InetAddress.getLoopbackAddress(), server));
            DatagramPacket answer = new DatagramPacket(new byte[4_096], 4_096);
            on.receive(answer);
            socket.send(new DatagramPacket(answer.getData(), answer.getLength(), whose, port));
        } catch (IOException e) {
            unanswered.incrementAndGet(); // as a resolver whose server is silent
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
